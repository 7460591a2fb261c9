import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { receiveBody } from '../protocol/request-body.ts';
import { S3Error } from '../protocol/s3-error.ts';

/**
 * The largest document of the API: a thousand keys of a kilobyte, with every byte as a character reference.
 */
const maxDocumentBytes = 8 * 1024 * 1024;

/**
 * The XML document in the body of a request, verified like any other body.
 * @param headers those that describe the document; by default all headers of the request.
 */
export async function readDocument(request: IncomingMessage, headers?: IncomingHttpHeaders): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  await receiveBody({
    request,
    headers: headers ?? request.headers,
    algorithm: 'CRC32',
    sink: async (payload) => {
      for await (const chunk of payload) {
        sizeBytes += chunk.length;
        if (sizeBytes > maxDocumentBytes) {
          throw new S3Error('MalformedXML', `The document exceeds ${maxDocumentBytes} bytes.`);
        }
        chunks.push(chunk);
      }
    },
  });
  return Buffer.concat(chunks).toString();
}
