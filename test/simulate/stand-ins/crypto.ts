/** In place of `node:crypto` in the code under test: what is random comes from the world of the history. */
import { modelRandom } from '../machine/world.ts';

export { createHash, hash, X509Certificate } from 'node:crypto';

export function randomUUID(): string {
  return randomBytes(16).toString('hex');
}

export function randomBytes(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => Math.floor(modelRandom() * 256)));
}
