import { Runtime } from 'aws-cdk-lib/aws-lambda';

/** What the functions run on. The SDK that it brings is not used: each function has the one that was tested in its bundle. */
export const functionRuntime = Runtime.NODEJS_24_X;
