/** A text by which servers say that a directory has no entries, and where it was seen or is written down. */
interface EmptyDirectoryText {
  /** Matched without regard to case. Letters with accents may have been lost on the way. */
  readonly pattern: RegExp;
  readonly source: string;
}

/** What is listed: files, or what a mainframe, a mailbox or a gateway calls them. */
const things = 'files?|data ?sets?|members?|entries|objects?|documents?|messages?|items?|batch(?:es)?';
const ofThem = `(?:[a-z]+ ){0,2}(?:${things})(?: or (?:director(?:y|ies)|folders?))?`;

/**
 * How servers say in a reply that there is nothing to list; RFC 959 has no reply for it. Each entry stands
 * for a kind of text; a text that may also mean a missing or forbidden directory is none of them.
 */
const emptyDirectoryTexts: readonly EmptyDirectoryText[] = [
  {
    pattern: new RegExp(
      `\\bno (?!such)${ofThem} (?:were |was |are |is |to be |that )?(?:found|available|exists?|present|match(?:e[sd])?|listed|list)\\b`,
      'i',
    ),
    source:
      'z/OS: `550 No data sets found.`, `550 No members found.`; FluentFTP PR 316, PR 1363 and FileZilla' +
      ' (IsMisleadingListResponse): `550 No files found.`, `450 No files found`; OpenVMS: `no files found`',
  },
  {
    pattern: new RegExp(`\\b(?:there (?:are|is) |has |contains )no ${ofThem}(?![a-z])`, 'i'),
    source: 'mailboxes of EDI networks: `There are no files in this mailbox`',
  },
  {
    pattern: new RegExp(
      `\\bno (?!such)${ofThem} (?:in|on|for|at) (?:the |this |your |current |remote )*(?:director(?:y|ies)|folder|mailbox|server|queue|you|library|path)\\b`,
      'i',
    ),
    source: 'small servers in Python and Java: `226 No files in directory.`, `226 No files in server.`',
  },
  {
    pattern: new RegExp(`\\bno matching (?:${things})\\b|\\bno (?:file )?match(?:es)?\\b`, 'i'),
    source: 'servers that expand `*` with a shell: `ls: No match.` (csh)',
  },
  {
    pattern: /\bnothing (?:matches|matched|found|to list|to send|in (?:the |this )?(?:directory|folder))\b/i,
    source: 'embedded servers: `550 No such file or directory (nothing matches *)`',
  },
  {
    pattern:
      /\b(?:director(?:y|ies)|folder|mailbox|library|queue|listing|list)(?: (?!not\b)\S{1,80})? (?:is )?empty\b/i,
    source: 'edtFTPj (DirectoryEmptyStrings): `550 Directory is empty`, `450 Directory empty`',
  },
  {
    pattern: /\bempty (?:director(?:y|ies)|folder|mailbox|library|queue|list(?:ing)?)\b/i,
    source: 'edtFTPj (DirectoryEmptyStrings): `550 Empty directory`',
  },
  {
    pattern: new RegExp(`(?<![\\d.,])0 (?:${things}|matches)(?: (?:found|listed|total))?\\b`, 'i'),
    source: 'Pure-FTPd: `226 0 matches total`',
  },
  {
    pattern: /\bkeine (?:passenden )?(?:dateien?|eintr\S{1,8}|objekte)\b.{0,40}\b(?:gefunden|vorhanden)\b/i,
    source: 'German texts of Windows and of SQL Server (DTS_E_FTPTASK_NOFILESFOUND)',
  },
  { pattern: /\b(?:verzeichnis|ordner) (?:ist )?leer\b/i, source: 'German: `Verzeichnis ist leer`' },
  {
    pattern:
      /\baucun(?:e)? (?:fichier|document|objet|entr\S{1,4}e)s?\b.{0,20}\b(?:trouv|disponible|pr\S{1,4}sent)/i,
    source: 'French: `Aucun fichier trouvé`',
  },
  { pattern: /\b(?:r\S{1,3}pertoire|dossier) (?:est )?vide\b/i, source: 'French: `Répertoire vide`' },
  {
    pattern: /\bnessun (?:file|documento|elemento)\b.{0,20}\b(?:trovat|presente|disponibile)/i,
    source: 'Italian: `Nessun file trovato`',
  },
  { pattern: /\b(?:directory|cartella) (?:\S{1,3} )?vuota\b/i, source: 'Italian: `La directory è vuota`' },
  {
    pattern: /\bno se (?:han |ha )?encontr\S{1,8} (?:ning\S{1,4}n )?(?:archivos?|ficheros?|documentos?)\b/i,
    source: 'Spanish: `No se encontraron archivos`',
  },
  { pattern: /\bno hay (?:archivos|ficheros|documentos)\b/i, source: 'Spanish: `No hay ficheros`' },
  {
    pattern: /\b(?:directorio|carpeta) (?:est\S{1,3} )?vac\S{1,3}[oa]\b/i,
    source: 'Spanish: `Directorio vacío`',
  },
  {
    pattern: /\bnenhum (?:arquivo|ficheiro|documento)\b.{0,20}\b(?:encontrado|dispon\S{1,3}vel)/i,
    source: 'Portuguese: `Nenhum arquivo encontrado`',
  },
  {
    pattern: /\bgeen bestanden\b.{0,20}\b(?:gevonden|aanwezig)\b/i,
    source: 'Dutch: `Geen bestanden gevonden`',
  },
  { pattern: /\binga filer\b.{0,20}\b(?:hittades|funna|finns)\b/i, source: 'Swedish: `Inga filer hittades`' },
  {
    pattern: /\bingen filer\b.{0,20}\b(?:fundet|funnet)\b/i,
    source: 'Danish and Norwegian: `Ingen filer fundet`',
  },
  { pattern: /\bnie znaleziono (?:\S{1,12} )?plik/i, source: 'Polish: `Nie znaleziono plików`' },
];

/** A text that says so and also refuses: it stays a fault. */
const refusing =
  /\b(?:denied|not allowed|not permitted|forbidden|unauthori[sz]ed|not authori[sz]ed|no such directory)\b/i;

/** No reply needs more, and a pattern stays quick. */
const maxLength = 500;

/**
 * Whether the text of a reply says that the directory exists and has no entries.
 * @param text of the reply, with or without its code.
 */
export function saysDirectoryIsEmpty(text: string): boolean {
  const line = text.slice(0, maxLength).replace(/\s+/g, ' ');
  return !refusing.test(line) && emptyDirectoryTexts.some(({ pattern }) => pattern.test(line));
}
