/** The four rotation steps of a mail (M9, S13), as its reader stands to them. */
export interface Steps {
  title: string;
  steps: { title: string; text: string; done?: boolean }[];
}

export type Situation = 'works' | 'ended' | 'replaced';

/**
 * A secret that still works can be replaced without a gap. One that has ended cannot: its calls
 * are refused already, so nothing may promise that the old one keeps working.
 */
export function stepsOf(situation: Situation): Steps {
  return { works, ended, replaced }[situation];
}

/** A digest has secrets in several situations; those that still work can still go well. */
export function stepsOfMany(situations: readonly Situation[]): Steps {
  if (situations.every((each) => each === 'ended')) return ended;
  if (situations.every((each) => each === 'replaced')) return replaced;
  return { ...works, title: 'How to replace one without a gap' };
}

const titles = {
  create: 'Create a new secret',
  install: 'Put it into your systems',
  check: 'Check that it is used',
};

const works: Steps = {
  title: 'How to replace it without a gap',
  steps: [
    { title: titles.create, text: 'The old one keeps working; both are valid side by side.' },
    {
      title: titles.install,
      text: 'Into every system that uses this application. Never share it outside your organisation.',
    },
    {
      title: titles.check,
      text: 'Watch “last used”: the new one moves, the old one stands still.',
    },
    { title: 'Delete the old one', text: 'Its mails stop, and nobody can use it any more.' },
  ],
};

const ended: Steps = {
  title: 'How to bring your systems back',
  steps: [
    { title: titles.create, text: 'One that has ended cannot be extended.' },
    {
      title: titles.install,
      text: 'Into every system whose calls are refused now. Never share it outside your organisation.',
    },
    { title: titles.check, text: 'Watch “last used” of the new one: it moves within seconds.' },
    {
      title: 'Delete the one that ended',
      text: 'It lets nobody in, and its row only stands in the way.',
    },
  ],
};

const replaced: Steps = {
  title: 'How far you are',
  steps: [
    { title: titles.create, text: 'Done.', done: true },
    { title: titles.install, text: 'Done.', done: true },
    { title: titles.check, text: 'Done.', done: true },
    { title: 'Delete the old one', text: 'This is left to do.' },
  ],
};
