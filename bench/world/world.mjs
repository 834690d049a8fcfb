// A world of a given size with the service running on it.
import { knownClients } from './clients.mjs';
import { fillWith } from './fill.mjs';
import { startService } from './service.mjs';

/** @param {number} known clients with values that the bench knows */
export async function startWorld(db, name, secrets, known, options) {
  const database = await db.copy(name, `of_${secrets}`, fillWith(secrets));
  const clients = known > 0 ? await knownClients(db, database, secrets, known) : [];
  return { ...(await startService(db, database, options)), database, clients };
}
