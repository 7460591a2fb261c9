import { createServer } from 'node:http';
import { createS3 } from '../../../../local/s3/service.ts';

/**
 * A server in a separate process, for a test to kill: `node serve-local-s3.ts FOLDER BUCKET`. Prints its
 * port.
 */
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
