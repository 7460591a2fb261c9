import { setTimeout as sleep } from 'node:timers/promises';

/** The function of the fixture stack: it does what its event says. */
export async function handler(event, context) {
  switch (event.do) {
    case 'answer':
      await sleep(event.afterMs ?? 0);
      return {
        pid: process.pid,
        event,
        context: { ...context },
        remainingMs: context.getRemainingTimeInMillis(),
      };
    case 'environment':
      return process.env;
    case 'print':
      process.stdout.write(`${event.text}\n`);
      return null;
    case 'throw':
      throw Object.assign(new Error('on purpose'), { name: event.name });
    case 'conclude':
      if (event.redrives === 0)
        throw Object.assign(new Error('fails until it is redriven'), { name: 'RunFailed' });
      return { redrives: event.redrives };
    case 'reject':
      Promise.reject(Object.assign(new Error('outside'), { name: 'LooseRejection' }));
      return new Promise(() => setInterval(() => {}, 1000));
    case 'hang':
      return new Promise(() => setInterval(() => {}, 1000));
    case 'spin':
      for (;;);
    case 'exit':
      return process.exit(3);
    case 'grow':
      return 'x'.repeat(event.bytes);
    default:
      throw new Error(`The fixture does not know '${event.do}'`);
  }
}
