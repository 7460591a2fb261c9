import type { Received, ReceiveRequest } from '../../../lambdas/ftps/data/receive.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import { type ModelControl, reply } from '../model/ftp-server.ts';

/** In place of `ftps/data/receive.ts`: the file is read in two pieces, and may change between them. */
export async function receive(session: Session, request: ReceiveRequest): Promise<Received> {
  const control = session.control as unknown as ModelControl;
  const [verb = '', ...rest] = request.command.split(' ');
  request.signal?.throwIfAborted();
  if (verb !== 'RETR') return listing(control, verb, request);
  const path = rest.join(' ');
  const opened = await control.ask('RETR', path, () => {
    const inode = control.find(path);
    if (inode === undefined) return reply(550, '550 No such file.');
    return { inode, first: inode.bytes.subarray(0, Math.ceil(inode.bytes.length / 2)) };
  });
  if ('code' in opened) return { reply: opened, dataError: undefined, isEndProven: true, isUnused: false };
  await take(control, request, opened.first);
  const second = await control.ask('RETR-data', '', () => opened.inode.bytes.subarray(opened.first.length));
  await take(control, request, second);
  request.signal?.throwIfAborted();
  return {
    reply: reply(226, '226 Transfer complete.'),
    dataError: undefined,
    isEndProven: true,
    isUnused: false,
  };
}

async function listing(control: ModelControl, verb: string, request: ReceiveRequest): Promise<Received> {
  const text = await control.ask(request.command, '', () => control.list(verb === 'MLSD' ? 'MLSD' : 'LIST'));
  await take(control, request, Buffer.from(text));
  return { reply: reply(226, '226 Done.'), dataError: undefined, isEndProven: true, isUnused: false };
}

async function take(
  control: ModelControl,
  { onChunk, attempt, path }: ReceiveRequest,
  chunk: Buffer,
): Promise<void> {
  if (chunk.length === 0) return;
  try {
    await onChunk(chunk);
  } catch (error) {
    control.stop(`${attempt} ${path} was stopped on our side`);
    throw error;
  }
}
