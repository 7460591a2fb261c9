import { enableCompileCache } from 'node:module';

// Node keeps what it has compiled in the system's temporary folder: from the second command on, start-up
// takes half the time. Only modules that load after this call are kept, hence the dynamic import.
enableCompileCache();
const { toleratePipesThatClose } = await import('./text/output.ts');
const { endOfUncaught, runCli } = await import('./program.ts');
toleratePipesThatClose();
process.on('uncaughtException', (error) => process.exit(endOfUncaught(error, process.argv.slice(2))));
process.exitCode = await runCli(process.argv.slice(2));
