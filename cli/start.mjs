#!/usr/bin/env node
// Plain JavaScript without imports, which starts on every Node: an older one cannot load the program itself.
const neededMajor = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < neededMajor) {
  process.stderr.write(
    `ftps-sync needs Node ${neededMajor} or newer; this is ${process.version} (${process.execPath}). Install Node ${neededMajor}, or run it with npx in a folder where npm ci has installed Node ${neededMajor}.\n`,
  );
  process.exitCode = 2;
} else {
  await import('./ftps-sync.ts');
}
