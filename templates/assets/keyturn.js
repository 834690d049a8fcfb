// Keyturn. Every page works without this file; it only saves steps.
const all = (selector, root = document) => root.querySelectorAll(selector);
const byId = (id) => document.getElementById(id);

/* Its words are those of the page, in the language of the page. */
const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
const spoken = byId('announce').dataset;

/** A sentence of the page, with values where `{0}`, `{1}` stand. */
function filled(sentence, ...values) {
  return sentence.replace(/\{(\d)\}/g, (place, index) => values[index] ?? place);
}

function announce(text) {
  byId('announce').textContent = text;
}

/* Copy buttons: shown only where a script can do it. */
async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('refused by the browser');
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

// A chosen file is put into the text field, where it can be read before it is sent.
for (const input of all('[data-file-into]')) {
  const field = byId(input.dataset.fileInto);
  input.closest('[hidden]').hidden = false;
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    field.value = await file.text();
    announce(filled(spoken.fileRead, file.name));
  });
}

for (const button of all('[data-copy]')) {
  const label = button.querySelector('[data-copy-text]');
  const before = label.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = byId(button.dataset.copy);
    try {
      await copyText((button.dataset.copyBefore ?? '') + (source.dataset.value ?? source.textContent.trim()));
      label.textContent = spoken.copied;
      button.classList.add('copied');
    } catch {
      select(source);
      label.textContent = spoken.copyYourself;
    }
    announce(label.textContent);
    clearTimeout(timer);
    timer = setTimeout(() => {
      label.textContent = before;
      button.classList.remove('copied');
    }, 4000);
  });
}

/* A file made here, in the browser: the server keeps no value that it could send again. */
for (const button of all('[data-download]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const text = `${button.dataset.before}${byId(button.dataset.download).textContent.trim()}\n`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    announce(spoken.downloaded);
  });
}

for (const button of all('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

/* A link to a confirm page opens the same form as a dialog. */
for (const link of all('a[data-dialog]')) {
  const dialog = byId(link.dataset.dialog);
  if (!dialog?.showModal) continue;
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/* The frame of a mail is as high as the mail. */
for (const frame of all('iframe[data-fit]')) {
  const fit = () => {
    const root = frame.contentDocument?.documentElement;
    if (root) frame.style.height = `${root.scrollHeight + 2}px`;
  };
  frame.addEventListener('load', fit);
  window.addEventListener('resize', fit);
  fit();
}

/* Passkeys: the browser is asked for one, and its answer goes with the form in place of a code. */
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

// Browsers from before 2025 do not read and write JSON themselves.
function readOptions(options, parse) {
  const native = window.PublicKeyCredential[parse];
  if (native) return native.call(window.PublicKeyCredential, options);
  const withBytes = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    allowCredentials: withBytes(options.allowCredentials),
    excludeCredentials: withBytes(options.excludeCredentials),
  };
}

function writeAnswer(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, type, response } = credential;
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const parts = names.filter((name) => response[name]).map((name) => [name, toText(response[name])]);
  const transports = response.getTransports?.();
  return { id, rawId: id, type, response: { ...Object.fromEntries(parts), transports }, clientExtensionResults: {} };
}

async function fetchOptions(from, form) {
  const body = new URLSearchParams({ _csrf: form.elements._csrf.value });
  const answer = await fetch(from, { method: 'POST', body }).catch(() => undefined);
  return answer?.headers.get('content-type')?.includes('json') && answer.ok ? answer.json() : undefined;
}

async function askPasskey(place, form) {
  const { from, options: given } = place.dataset;
  const options = given ? JSON.parse(given) : await fetchOptions(from, form);
  if (!options) return { problem: 'stale' };
  const started = Date.now();
  try {
    const credential = given
      ? await navigator.credentials.create({ publicKey: readOptions(options, 'parseCreationOptionsFromJSON') })
      : await navigator.credentials.get({ publicKey: readOptions(options, 'parseRequestOptionsFromJSON') });
    return { answer: JSON.stringify(writeAnswer(credential)) };
  } catch (error) {
    // Cancelled, too late, and nothing here: browsers tell them apart for nobody.
    const silent = Date.now() - started >= options.timeout ? 'late' : 'cancelled';
    const problems = { NotAllowedError: silent, InvalidStateError: 'present', SecurityError: 'elsewhere' };
    return { problem: problems[error.name] ?? 'failed' };
  }
}

for (const place of all('[data-passkey]')) {
  const button = place.querySelector('button');
  const label = button.querySelector('[data-label]');
  const before = label.textContent;
  const error = place.querySelector('.field-error');
  const say = (problem) => {
    error.querySelector('[data-said]').textContent = place.dataset[problem];
    error.hidden = false;
  };
  const known = Boolean(window.PublicKeyCredential);
  place.hidden = !known && !place.dataset.unknown;
  if (!known && place.dataset.unknown) {
    button.hidden = true;
    say('unknown');
  }
  let busy = false;
  button.addEventListener('click', async () => {
    const form = button.closest('form');
    if (busy || form.dataset.sent) return;
    busy = true;
    error.hidden = true;
    label.textContent = place.dataset.waiting;
    announce(place.dataset.waiting);
    const { answer, problem } = await askPasskey(place, form);
    busy = false;
    label.textContent = before;
    if (problem) return say(problem);
    form.querySelector(`input[name="${place.dataset.passkey}"]`).value = answer;
    form.requestSubmit();
  });
}

/* A form is sent once, however often its button is pressed. */
for (const form of all('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
  });
}
window.addEventListener('pageshow', () => {
  for (const form of all('form[data-sent]')) delete form.dataset.sent;
});

/* What is shown once: ask before it is lost. */
const once = document.querySelector('[data-shown-once]');
if (once) {
  // A reload and the back button lead to the secret's own page, which knows no value.
  history.replaceState(null, '', once.dataset.shownOnce);
  const ask = (event) => event.preventDefault();
  window.addEventListener('beforeunload', ask);
  const disarm = () => window.removeEventListener('beforeunload', ask);
  for (const each of all('[data-stored]')) {
    each.addEventListener(each.tagName === 'FORM' ? 'submit' : 'click', disarm);
  }
}

/* The chosen last day in words, as the server says them. */
for (const input of all('input[data-words]')) {
  let asking;
  const show = ({ endsText = '', mailsText = '', dayOff }) => {
    byId('ends-text').textContent = endsText;
    byId('mails-text').textContent = mailsText;
    byId('day-off').hidden = !dayOff;
    byId('day-off-text').textContent = dayOff?.text ?? '';
    byId('warned').value = dayOff?.day ?? '';
    const instead = byId('day-off-instead');
    instead.hidden = !dayOff?.instead;
    instead.textContent = dayOff?.instead?.label ?? '';
    instead.dataset.day = dayOff?.instead?.day ?? '';
  };
  const ask = async () => {
    asking?.abort();
    const { signal } = (asking = new AbortController());
    try {
      const answer = await fetch(`${input.dataset.words}?lastDay=${encodeURIComponent(input.value)}`, { signal });
      const words = answer.ok ? await answer.json() : {};
      if (!signal.aborted) show(words);
    } catch {
      if (!signal.aborted) show({});
    }
  };
  input.addEventListener('input', ask);
}

/* The same for a form without reminders. The server's day counts, not the clock of this computer. */
const day = 86_400_000;
const asTime = (iso) => Date.parse(`${iso}T00:00:00Z`);
const inWords = new Intl.DateTimeFormat(language, {
  weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC',
});
const plurals = new Intl.PluralRules(language);

function words(time) {
  const text = inWords.format(time);
  if (language === 'fr') return text.replace(/(?<!\d)1(?= \p{L})/u, '1er');
  return language === 'en-GB' ? text.replace(',', '') : text;
}

for (const input of all('input[data-last-day]')) {
  const { today, ends, endsOne, endsOther, range } = input.dataset;
  input.addEventListener('input', () => {
    const chosen = input.value;
    const fits = chosen && chosen >= input.min && chosen <= input.max;
    const count = (asTime(chosen) - asTime(today)) / day;
    const sentence = fits && plurals.select(count) === 'one' ? endsOne : endsOther;
    byId(ends).textContent = fits
      ? filled(sentence, words(asTime(chosen)), count, '24:00 UTC')
      : filled(range, words(asTime(input.min)), words(asTime(input.max)));
  });
}

/* Buttons and links that fill a day in. */
for (const button of all('[data-day]')) {
  button.closest('.presets[hidden]')?.removeAttribute('hidden');
  button.addEventListener('click', (event) => {
    event.preventDefault();
    const input = document.querySelector('input[name="lastDay"]');
    input.value = button.dataset.day;
    input.dispatchEvent(new Event('input'));
    if (button.tagName === 'A') input.focus();
  });
}

/* A page that answers a form takes the place of the form's own page: *Back* and a reload lead there,
   where the browser would ask whether to send the form again. */
const { posted } = document.body.dataset;
if (posted) history.replaceState(null, '', posted);

/* What was done is said once: a reload or a bookmark does not say it again. */
const here = new URL(location.href);
if (here.searchParams.has('done')) {
  here.searchParams.delete('done');
  history.replaceState(null, '', here);
}

document.querySelector('[data-focus]')?.focus();
