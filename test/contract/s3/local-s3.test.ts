import { startLocalEndpoint } from './local-endpoint.ts';
import { s3Contract } from './s3-contract.ts';

s3Contract('The local S3 server', () => startLocalEndpoint());
