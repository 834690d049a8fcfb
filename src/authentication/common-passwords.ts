/**
 * What people who guess try first. Not a list of passwords but of what such passwords are made of: with
 * the digits and signs that people put around a word it stands for some hundred thousand.
 */
const words = new Set(
  (
    'password passwort passwd passphrase wachtwoord motdepasse contrasena parola senha haslo heslo lozinka salasana ' +
    'secret geheim secreto keyword login signin access account admin administrator root superuser master manager guest ' +
    'user default changeme changemenow letmein letmeinnow openup welcome welkom willkommen bienvenue bienvenido hello ' +
    'hallo bonjour hola ciao goodbye sesame opensesame abc abcd test testing tester demo sample example temp temporary ' +
    'iloveyou iloveu loveyou ilove iloveme iloveyouforever ichliebedich jetaime teamo tequiero ikhouvanjou love lovely ' +
    'lover lovers forever together always friends bestfriend bestfriends family mother father mommy daddy mamma papa ' +
    'brother sister baby babygirl babyboy honey sweety sweetie sweetheart darling schatz schatje cherie amor princess ' +
    'prinses prinzessin princesse princesa prince queen king angel angels angelo devil jesus jesuschrist jesuslovesme ' +
    'godisgood blessed christ heaven faith hope grace peace freedom liberty happy smile sunshine sunny moonlight ' +
    'rainbow butterfly flower flowers rose lilly daisy cherry apple orange banana lemon melon peach cookie cookies ' +
    'chocolate candy sugar pepper ginger cinnamon vanilla coffee cheese pizza tigger pooh winnie mickey minnie donald ' +
    'snoopy garfield spongebob squarepants pokemon pikachu charizard naruto dragon dragonball superman batman spiderman ironman wolverine ' +
    'hulk joker matrix starwars startrek skywalker vader jedi harrypotter hogwarts gandalf frodo legolas hobbit ' +
    'lordoftherings minecraft fortnite roblox zelda mario nintendo playstation xbox gamer gaming counterstrike warcraft ' +
    'worldofwarcraft callofduty halo metallica nirvana slipknot greenday linkinpark beatles eminem rihanna justinbieber ' +
    'onedirection elvis madonna football soccer voetbal fussball futbol calcio baseball basketball hockey tennis golf ' +
    'golfer rugby cricket swimming skate skater surfer surfing dancer dancing music guitar piano player winner ' +
    'champion champions liverpool arsenal chelsea manchester manchesterunited mancity unitedkingdom barcelona realmadrid ' +
    'madrid juventus milan acmilan inter bayern bayernmunchen borussia dortmund schalke ajax feyenoord psv benfica ' +
    'porto sporting celtic rangers everton tottenham westham yankees cowboys steelers packers patriots eagles raiders ' +
    'dolphins broncos redsox lakers bulls ronaldo messi neymar beckham jordan michaeljordan kobe lebron ferrari ' +
    'porsche mercedes bmw audi toyota honda yamaha harley harleydavidson mustang corvette camaro chevrolet chevy ford ' +
    'nissan jaguar michael mike matthew matt daniel david andrew joshua joseph joe john johnny james robert bob ' +
    'william bill richard thomas tom charles charlie christopher chris anthony tony mark steven steve paul george ' +
    'kenneth brian kevin jason justin ryan jacob nicholas nick jonathan alexander alex alexandra andrea angela ' +
    'amanda ashley anna anne barbara brittany brandon cameron carlos christian christina claudia danielle diana ' +
    'elizabeth emily emma eric fernando francesco gabriel gabriela hannah heather isabella jasmine jennifer jenny ' +
    'jessica jose juan julia kathleen katherine kimberly laura lauren linda lisa louise lucas maria marie martin ' +
    'melissa michelle miguel monica natalie nathan nicole oliver olivia pamela patricia patrick peter rachel rebecca ' +
    'roberto samantha sandra sara sarah sebastian sophie stephanie susan taylor tiffany tyler valentina vanessa ' +
    'veronica victoria vincent walter monkey tiger lion panther bear dog doggy puppy cat kitty kitten hellokitty horse ' +
    'pony dolphin shark eagle falcon hawk phoenix wolf fox rabbit bunny turtle snake spider chicken duck elephant ' +
    'buster buddy lucky maggie molly max rocky shadow bandit bailey sammy toby cooper duke oscar simba nala bella ' +
    'spring summer autumn winter lente zomer herfst fruhling sommer herbst printemps automne hiver primavera verano ' +
    'otono invierno january february march april may june july august september october november december monday ' +
    'tuesday wednesday thursday friday saturday sunday morning midnight red blue green yellow purple black white ' +
    'silver golden gold pink brown diamond crystal pearl ruby sapphire platinum london paris berlin amsterdam ' +
    'rotterdam utrecht leiden denhaag brussels bruxelles vienna wien zurich geneva roma milano napoli lisboa lisbon ' +
    'athens dublin oslo stockholm copenhagen helsinki warsaw prague budapest moscow istanbul newyork california texas ' +
    'florida chicago boston dallas houston phoenix arizona atlanta seattle denver canada america american australia ' +
    'sydney melbourne nederland holland netherlands belgium deutschland germany france italia italy espana spain ' +
    'portugal england scotland ireland mexico brasil brazil argentina colombia india pakistan china japan tokyo korea ' +
    'computer internet google gmail hotmail yahoo facebook linkedin twitter instagram youtube samsung android iphone ' +
    'apple macbook windows microsoft office excel server network wireless laptop desktop mobile phone telephone camera ' +
    'school student teacher college university hospital doctor nurse police soldier marine army navy airforce ' +
    'business company office work money dollar dollars million rich success lottery casino poker lucky whatever ' +
    'nothing something anything everything everyone nobody unbelievable incredible fuckyou fuckoff asshole bitch ' +
    'sexy sexything hottie cutie pretty beautiful gorgeous handsome crazy stupid idiot hunter killer ninja pirate ' +
    'warrior knight wizard magic mystery ghost zombie vampire monster thunder lightning storm tornado hurricane ' +
    'blizzard firefox cheval soleil azerty qwerty qwertz qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm ' +
    'trustno trustnoone correcthorsebatterystaple correcthorse batterystaple'
  ).split(' '),
);
const longestWord = Math.max(...[...words].map((word) => word.length));

/** Rows of keyboards, the alphabet, digits; and the same from behind. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'zaqxswcdevfrbgtnhymjukilop',
  'zaq12wsxcde34rfvbgt56yhnmju78ik',
  '1qazxsw23edcvfr45tgbnhy67ujm',
  '1q2w3e4r5t6z7u8i9o0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5z6u7i8o9p0',
  'q1w2e3r4t5y6u7i8o9p0',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
].flatMap((row) => [row, [...row].reverse().join('')]);

const signs: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '€': 'e',
};

/** @param plain in small letters, without spaces and separators */
export function isCommon(plain: string): boolean {
  return isOfRows(plain) || isOfWords(plain) || isRepeated(plain);
}

/** One piece of a row, or two: `qwertyuiop123`, `abcd12345678`. */
function isOfRows(text: string): boolean {
  const inRow = (piece: string) => rows.some((row) => row.includes(piece));
  for (let cut = 3; cut <= text.length; cut++) {
    if (!inRow(text.slice(0, cut))) return false;
    const rest = text.slice(cut);
    if (rest === '' || (rest.length >= 2 && inRow(rest))) return true;
  }
  return false;
}

/** One word or two, with digits and signs around and between, also in place of letters. */
function isOfWords(text: string): boolean {
  const core = text
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  const pieces = core.split(/[^\p{L}]+/u);
  if (pieces.length === 2 && pieces.every((each) => words.has(each))) return true;
  if (core.length > 2 * longestWord) return false;
  return [core, [...core].map((each) => signs[each] ?? each).join('')].some(isOneOrTwo);
}

function isOneOrTwo(core: string): boolean {
  if (words.has(core)) return true;
  for (let cut = 3; cut <= core.length - 3; cut++) {
    if (words.has(core.slice(0, cut)) && words.has(core.slice(cut))) return true;
  }
  return false;
}

/** The same again, up to four times: `monkey12monkey12`. */
function isRepeated(text: string): boolean {
  return [2, 3, 4].some((times) => {
    const length = text.length / times;
    if (!Number.isInteger(length)) return false;
    const piece = text.slice(0, length);
    return piece.repeat(times) === text && (isOfRows(piece) || isOfWords(piece));
  });
}

/** For the test that counts them. */
export const commonWords: ReadonlySet<string> = words;
