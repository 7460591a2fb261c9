import { s3Contract } from '../../s3/s3-contract.ts';
import { startLocalEndpoint } from './local-endpoint.ts';

s3Contract('The local S3 server', () => startLocalEndpoint());
