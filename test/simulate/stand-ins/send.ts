import type { SendRequest, Sent } from '../../../lambdas/ftps/data/send.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import { type ModelControl, reply } from '../model/ftp-server.ts';

/** In place of `ftps/data/send.ts`: each chunk is written by itself, where this writer has come to. */
export async function send(session: Session, request: SendRequest): Promise<Sent> {
  const control = session.control as unknown as ModelControl;
  const [verb = '', ...rest] = request.command.split(' ');
  request.signal?.throwIfAborted();
  if (verb !== 'STOR') return failed(reply(502, '502 Not implemented.'));
  const writing = await control.ask('STOR', rest.join(' '), () => control.store(rest.join(' ')));
  if ('code' in writing) return failed(writing as never);
  try {
    for await (const chunk of request.source)
      await control.ask('STOR-data', '', () => control.write(writing, Buffer.from(chunk)));
  } catch (error) {
    control.stop('the upload was stopped on our side');
    throw error;
  }
  await control.ask('STOR-end', '', () => undefined);
  return { reply: reply(226, '226 Transfer complete.'), complete: true, dataError: undefined };
}

function failed(answer: Sent['reply']): Sent {
  return { reply: answer, complete: false, dataError: undefined };
}
