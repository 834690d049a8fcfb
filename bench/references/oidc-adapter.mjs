// Storage of oidc-provider in PostgreSQL, as its adapter interface asks for: one table, prepared
// statements, nothing in memory.

/** @param {import('pg').Pool} pool */
export async function postgresAdapter(pool) {
  await pool.query(`create table if not exists oidc (
    model text not null, id text not null, payload jsonb not null, expires_at timestamptz,
    grant_id text, uid text, user_code text, primary key (model, id))`);
  const run = async (name, text, values) => (await pool.query({ name, text, values })).rows;

  return class {
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, expiresIn) {
      const { grantId, uid, userCode } = payload;
      const ends = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null;
      await run(
        'upsert',
        `insert into oidc values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (model, id) do update set payload = excluded.payload,
           expires_at = excluded.expires_at`,
        [this.model, id, payload, ends, grantId ?? null, uid ?? null, userCode ?? null],
      );
    }

    find(id) {
      return this.one('id', id);
    }

    findByUid(uid) {
      return this.one('uid', uid);
    }

    findByUserCode(userCode) {
      return this.one('user_code', userCode);
    }

    async one(column, value) {
      const [row] = await run(
        `by ${column}`,
        `select payload from oidc where model = $1 and ${column} = $2
           and (expires_at is null or expires_at > now())`,
        [this.model, value],
      );
      return row?.payload;
    }

    async consume(id) {
      await run(
        'consume',
        `update oidc set payload = payload || jsonb_build_object('consumed', true)
         where model = $1 and id = $2`,
        [this.model, id],
      );
    }

    async destroy(id) {
      await run('destroy', 'delete from oidc where model = $1 and id = $2', [this.model, id]);
    }

    async revokeByGrantId(grantId) {
      await run('revoke', 'delete from oidc where grant_id = $1', [grantId]);
    }
  };
}
