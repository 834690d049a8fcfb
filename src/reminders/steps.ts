/** The four rotation steps of a mail (M9, S13), as its reader stands to them. */
export interface Steps {
  title: string;
  steps: { title: string; text: string; done?: boolean }[];
}

export type Situation = 'works' | 'ended' | 'replaced';

/** Where a new value goes. A digest can be about several kinds of places. */
export type Place = 'application' | 'resource' | 'both';

/**
 * A secret that still works can be replaced without a gap. One that has ended cannot: its calls
 * are refused already, so nothing may promise that the old one keeps working.
 */
export function stepsOf(situation: Situation, place: Place): Steps {
  return { works, ended, replaced }[situation](place);
}

/** A digest has secrets in several situations; those that still work can still go well. */
export function stepsOfMany(situations: readonly Situation[], place: Place): Steps {
  if (situations.every((each) => each === 'ended')) return ended(place);
  if (situations.every((each) => each === 'replaced')) return replaced(place);
  return { ...works(place), title: 'How to replace one without a gap' };
}

const titles = {
  create: 'Create a new secret',
  check: 'Check that it is used',
};

const install = {
  application: 'Put it into your systems',
  resource: 'Put it into the resource server',
  both: 'Put it into your systems',
};

const into = {
  application: 'Into every system that uses this application.',
  resource: 'Into every instance of it.',
  both: 'Into every system that uses it.',
};

const refused = {
  application: 'Into every system whose calls are refused now.',
  resource: 'Into every instance of it: it cannot ask about tokens with the old one.',
  both: 'Into every system whose calls are refused now.',
};

const never = 'Never share it outside your organisation.';

const works = (place: Place): Steps => ({
  title: 'How to replace it without a gap',
  steps: [
    { title: titles.create, text: 'The old one keeps working; both are valid side by side.' },
    {
      title: install[place],
      text: `${into[place]} ${never}`,
    },
    {
      title: titles.check,
      text: 'Watch “last used”: the new one moves, the old one stands still.',
    },
    { title: 'Delete the old one', text: 'Its mails stop, and nobody can use it any more.' },
  ],
});

const ended = (place: Place): Steps => ({
  title: 'How to bring your systems back',
  steps: [
    { title: titles.create, text: 'One that has ended cannot be extended.' },
    {
      title: install[place],
      text: `${refused[place]} ${never}`,
    },
    { title: titles.check, text: 'Watch “last used” of the new one: it moves within seconds.' },
    {
      title: 'Delete the one that ended',
      text: 'It lets nobody in, and its row only stands in the way.',
    },
  ],
});

const replaced = (place: Place): Steps => ({
  title: 'How far you are',
  steps: [
    { title: titles.create, text: 'Done.', done: true },
    { title: install[place], text: 'Done.', done: true },
    { title: titles.check, text: 'Done.', done: true },
    { title: 'Delete the old one', text: 'This is left to do.' },
  ],
});
