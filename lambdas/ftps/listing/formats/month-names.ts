/**
 * The month of a word in a listing: 1 to 12; `uncertain` where it is a month in several languages, and not
 * the same one (`lis` is October in Croatian, November in Polish), or where its bytes are no text of the
 * connection's encoding; undefined where it is no month. Servers shorten months in their own ways, so each
 * beginning of a name that has three letters counts. Accents and case do not count.
 *
 * @param word as bytes, one character per byte.
 * @param decode of the connection's encoding; undefined for bytes that are no text.
 */
export function parseMonth(
  word: string,
  decode: (bytes: string) => string | undefined,
): number | 'uncertain' | undefined {
  const bare = word.replace(/[.,]{1,2}$/, '');
  const english = englishMonths.indexOf(bare.toLowerCase().slice(0, 3));
  if (english !== -1 && (bare.length === 3 || englishNames[english]?.startsWith(bare.toLowerCase())))
    return english + 1;
  const numbered = numberedMonth(bare);
  if (numbered !== undefined) return numbered;
  if (bare.length > maxMonthBytes || !/^[A-Za-z\x80-\xff]+$/.test(bare)) return undefined;
  const text = decode(bare);
  const found = text === undefined ? undefined : localMonth(text);
  // No name of a file stands between a size and a day: bytes that are no English word must be a month.
  return found ?? (/[\x80-\xff]/.test(bare) ? 'uncertain' : undefined);
}

/** The longest name in the table has 24 bytes. */
const maxMonthBytes = 32;

const englishMonths = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const englishNames =
  'january february march april may june july august september october november december'.split(' ');

/**
 * The names of the months, also as they are declined in a date, from Unicode CLDR 48: what
 * `new Intl.DateTimeFormat(language, { month: 'long' })` shows, with and without `day`. Alternatives are
 * separated by a bar. Abbreviations are here where they are not the beginning of a name (`mrt`).
 */
const names: Readonly<Record<string, string>> = {
  be: 'студзень|студзеня люты|лютага сакавік|сакавіка красавік|красавіка май|мая чэрвень|чэрвеня ліпень|ліпеня жнівень|жніўня верасень|верасня кастрычнік|кастрычніка лістапад|лістапада снежань|снежня',
  bg: 'януари февруари март април май юни юли август септември октомври ноември декември',
  ca: 'gener febrer març abril maig juny juliol agost setembre octubre novembre desembre',
  cs: 'leden|ledna únor|února březen|března duben|dubna květen|května červen|června|čvn|čen červenec|července|čvc|čec srpen|srpna září říjen|října listopad|listopadu prosinec|prosince',
  da: 'januar februar marts april maj juni juli august september oktober november december',
  de: 'januar|jänner februar märz|mrz april mai juni juli august september oktober november dezember',
  el: 'ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου',
  es: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  et: 'jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember',
  fi: 'tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta',
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
  gl: 'xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro',
  hr: 'siječanj|siječnja veljača|veljače ožujak|ožujka travanj|travnja svibanj|svibnja lipanj|lipnja srpanj|srpnja kolovoz|kolovoza rujan|rujna listopad|listopada studeni|studenoga prosinac|prosinca',
  hu: 'január február március április május június július augusztus szeptember október november december',
  id: 'januari februari maret april mei juni juli agustus september oktober november desember',
  it: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  lt: 'sausis|sausio vasaris|vasario kovas|kovo balandis|balandžio gegužė|gegužės birželis|birželio liepa|liepos rugpjūtis|rugpjūčio rugsėjis|rugsėjo spalis|spalio lapkritis|lapkričio gruodis|gruodžio',
  lv: 'janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris',
  nb: 'januar februar mars april mai juni juli august september oktober november desember',
  nl: 'januari februari maart|mrt april mei juni juli augustus september oktober november december',
  pl: 'styczeń|stycznia luty|lutego marzec|marca kwiecień|kwietnia maja czerwiec|czerwca lipiec|lipca sierpień|sierpnia wrzesień|września październik|października listopad|listopada grudzień|grudnia',
  pt: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
  ro: 'ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie',
  ru: 'январь|января февраль|февраля март|марта апрель|апреля май|мая июнь|июня июль|июля август|августа сентябрь|сентября октябрь|октября ноябрь|ноября декабрь|декабря',
  sk: 'január|januára február|februára marec|marca apríl|apríla máj|mája jún|júna júl|júla august|augusta september|septembra október|októbra november|novembra december|decembra',
  sl: 'januar februar marec april maj junij julij avgust september oktober november december',
  sr: 'јануар фебруар март април мај јун јул август септембар октобар новембар децембар',
  sv: 'januari februari mars april maj juni juli augusti september oktober november december',
  tr: 'ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık',
  uk: 'січень|січня лютий|лютого березень|березня квітень|квітня травень|травня червень|червня липень|липня серпень|серпня вересень|вересня жовтень|жовтня листопад|листопада грудень|грудня',
};

const minLetters = 3;

/** Each beginning of each name, with its month: as it is written, and without accents. */
const beginnings = new Map<string, number | 'uncertain'>();
const plainBeginnings = new Map<string, number | 'uncertain'>();
for (const months of Object.values(names)) {
  for (const [index, forms] of months.split(' ').entries()) {
    for (const form of forms.split('|')) {
      addBeginnings(beginnings, form, index + 1);
      addBeginnings(plainBeginnings, plain(form), index + 1);
    }
  }
}

function addBeginnings(known: Map<string, number | 'uncertain'>, name: string, month: number): void {
  for (let length = Math.min(minLetters, name.length); length <= name.length; length++) {
    const beginning = name.slice(0, length);
    const other = known.get(beginning);
    known.set(beginning, other === undefined || other === month ? month : 'uncertain');
  }
}

/** `Mär` is March, though Finnish has `marraskuuta` (November). */
function localMonth(word: string): number | 'uncertain' | undefined {
  const written = beginnings.get(word.toLowerCase().normalize('NFC'));
  return typeof written === 'number' ? written : (plainBeginnings.get(plain(word)) ?? written);
}

/** Without accents and case. The Turkish dotless i has no decomposition. */
function plain(text: string): string {
  return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ı', 'i');
}

/**
 * The characters behind the numbers of an East Asian date: month (月, 월), day (日, 号, 일), year (年, 년), in
 * UTF-8 and in the encodings that servers used before: Shift_JIS, EUC-JP, GBK, Big5, EUC-KR. As bytes.
 */
const unitBytes = {
  month: ['\xe6\x9c\x88', '\xec\x9b\x94', '\x8c\x8e', '\xb7\xee', '\xd4\xc2', '\xa4\xeb', '\xbf\xf9'],
  day: [
    ...['\xe6\x97\xa5', '\xe5\x8f\xb7', '\xec\x9d\xbc', '\x93\xfa', '\xc6\xfc', '\xc8\xd5', '\xba\xc5'],
    ...['\xa4\xe9', '\xc0\xcf'],
  ],
  year: ['\xe5\xb9\xb4', '\xeb\x85\x84', '\x94\x4e', '\xc7\xaf', '\xc4\xea', '\xa6\x7e', '\xb3\xe2'],
} as const;

/** The digits before a unit, as in `9月`; undefined for other words. */
export function numberBefore(unit: keyof typeof unitBytes, word: string): string | undefined {
  const digits = /^\d{1,4}/.exec(word)?.[0];
  if (digits === undefined) return undefined;
  const rest = word.slice(digits.length);
  return unitBytes[unit].some((bytes) => bytes === rest) ? digits : undefined;
}

/** `9月`; `uncertain` where a number stands before other bytes that are no ASCII. */
function numberedMonth(word: string): number | 'uncertain' | undefined {
  const digits = numberBefore('month', word);
  if (digits === undefined) return /^\d{1,2}[\x80-\xff]{1,4}$/.test(word) ? 'uncertain' : undefined;
  return Number(digits) >= 1 && Number(digits) <= 12 ? Number(digits) : undefined;
}
