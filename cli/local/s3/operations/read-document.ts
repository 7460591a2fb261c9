import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from '../errors.ts';
import { receiveBody } from '../request-body.ts';

/** The largest document of the API: a thousand keys of a kilobyte, each byte written as a reference. */
const maxDocumentBytes = 8 * 1024 * 1024;

/**
 * The text of a request's XML document, verified like any other body.
 * `headers`: those that speak of the document, where the request has others that do not.
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
          throw new S3Error('MalformedXML', `The document is larger than ${maxDocumentBytes} bytes.`);
        }
        chunks.push(chunk);
      }
    },
  });
  return Buffer.concat(chunks).toString();
}
