import { createServer } from 'node:http';
import { createS3 } from '../../../cli/local/s3/service.ts';

/** A server in a process of its own, to be killed: `node serve-local-s3.ts FOLDER BUCKET`; writes its port to stdout. */
const [folder = '', bucket = ''] = process.argv.slice(2);
const service = createS3({ folder, now: () => new Date() });
service.createBucket({ name: bucket, versioned: false });
const server = createServer(
  { requestTimeout: 0 },
  (request, response) => void service.serve(request, response),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
