import { t } from '../platform/language/speaking.js';

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
  return { ...works(place), title: t`How to replace one without a gap` };
}

const create = () => t`Create a new secret`;
const check = () => t`Check that it is used`;
const never = () => t`Never share it outside your organisation.`;

function install(place: Place): string {
  return place === 'resource' ? t`Put it into the resource server` : t`Put it into your systems`;
}

function into(place: Place): string {
  const texts: Record<Place, string> = {
    application: t`Into every system that uses this application.`,
    resource: t`Into every instance of it.`,
    both: t`Into every system that uses it.`,
  };
  return texts[place];
}

function refused(place: Place): string {
  return place === 'resource'
    ? t`Into every instance of it: it cannot ask about tokens with the old one.`
    : t`Into every system whose calls are refused now.`;
}

const works = (place: Place): Steps => ({
  title: t`How to replace it without a gap`,
  steps: [
    { title: create(), text: t`The old one keeps working; both are valid side by side.` },
    { title: install(place), text: `${into(place)} ${never()}` },
    {
      title: check(),
      text: t`Watch “last used”: the new one moves, the old one stands still.`,
    },
    { title: t`Delete the old one`, text: t`Its mails stop, and nobody can use it any more.` },
  ],
});

const ended = (place: Place): Steps => ({
  title: t`How to bring your systems back`,
  steps: [
    { title: create(), text: t`One that has ended cannot be extended.` },
    { title: install(place), text: `${refused(place)} ${never()}` },
    { title: check(), text: t`Watch “last used” of the new one: it moves within seconds.` },
    {
      title: t`Delete the one that ended`,
      text: t`It lets nobody in, and its row only stands in the way.`,
    },
  ],
});

const replaced = (place: Place): Steps => ({
  title: t`How far you are`,
  steps: [
    ...[create(), install(place), check()].map((title) => ({ title, text: t`Done.`, done: true })),
    { title: t`Delete the old one`, text: t`This is left to do.` },
  ],
});
