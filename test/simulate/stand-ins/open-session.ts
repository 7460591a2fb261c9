/** In place of `ftps/session/open-session.ts`. */
export { openSession } from '../model/ftp-server.ts';
