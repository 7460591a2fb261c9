/**
 * The test kit, `ftps-sync/testing`: an FTPS partner that behaves correctly until a test tells it not to. It
 * imports nothing of the product. docs/testing.md shows each part in use, with one example for each fault.
 */
export {
  type Authority,
  type CertificateRequest,
  createAuthority,
  type IssuedCertificate,
} from './certificates.ts';
export {
  type BrokenServer,
  startGreetingServer,
  startPlainFtpServer,
  startSilentServer,
} from './ftps-server/broken-servers.ts';
export type { LoggedCommand, LoggedTransfer } from './ftps-server/connection/session.ts';
export type { FaultAction, FaultRule } from './ftps-server/faults.ts';
export type { FtpsServerOptions, HashCommand, ServerFeatures } from './ftps-server/options.ts';
export { type FtpsServer, startFtpsServer } from './ftps-server/server.ts';
export type { FileTree, TreeEntry, TreePath } from './ftps-server/tree/file-tree.ts';
export { FolderTree } from './ftps-server/tree/folder-tree.ts';
export { type GeneratedContent, generatedSha256 } from './ftps-server/tree/generated-content.ts';
export type { DirectorySeed, FileSeed, GeneratedDirectory } from './ftps-server/tree/memory-node.ts';
export { MemoryTree } from './ftps-server/tree/memory-tree.ts';
export { type Partner, type PartnerOptions, startPartner } from './start-partner.ts';
