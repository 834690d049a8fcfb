import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A transaction chains its events together, at its end, with a few statements. Link by link, the
 * hundred thousand events of a large file held the lock of the chain for seconds, and others were
 * refused meanwhile. Now all that needs no lock is done before it: to find the events and to write
 * out what is hashed.
 *
 * The head is written with the links, so it needs no trigger of its own any more.
 */
export class ChainAtOnce1795219320000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger audit_events_chain on audit_events;
      drop trigger audit_head_settle on audit_head;
      drop function settle_audit_head;
      alter table audit_head drop column pending;
    `);
    await runner.query(noting);
    await runner.query(chaining);
    await runner.query(`
      create constraint trigger audit_events_chain after insert on audit_events
        deferrable initially deferred for each row when (note_audit_event(new.id))
        execute function chain_audit_event();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger audit_events_chain on audit_events;
      drop function note_audit_event;
      alter table audit_head add column pending boolean not null default false;
    `);
    await runner.query(linkByLink);
    await runner.query(`
      create constraint trigger audit_events_chain after insert on audit_events
        deferrable initially deferred for each row execute function chain_audit_event();
      create constraint trigger audit_head_settle after update on audit_head
        deferrable initially deferred for each row when (new.pending)
        execute function settle_audit_head();
    `);
  }
}

const noting = `
  -- Whether this is the first event of the transaction; notes it as the last one so far. What a
  -- savepoint takes back, it takes out of the note, too.
  create function note_audit_event(id bigint) returns boolean language plpgsql as $$
  declare
    mine text := pg_current_xact_id()::text;
    noted text := coalesce(current_setting('keyturn.chaining', true), '');
  begin
    perform set_config('keyturn.chaining', mine || ' ' || id, true);
    return split_part(noted, ' ', 1) <> mine;
  end $$;
`;

const chaining = `
  create or replace function chain_audit_event() returns trigger language plpgsql as $$
  declare
    latest bigint := split_part(current_setting('keyturn.chaining'), ' ', 2)::bigint;
    ids bigint[] := array[new.id];
    contents bytea[];
    hashes bytea[] := '{}';
    place bigint;
    link bytea;
  begin
    perform set_config('keyturn.chaining', '', true);
    if latest = new.id then
      contents := array[audit_content(new)];
    else
      -- Other transactions have events in between, but none that is seen and has no link.
      -- Planned anew for these two numbers: a plan for any would read the whole table.
      execute 'select array_agg(e.id order by e.id), array_agg(audit_content(e) order by e.id)
        from audit_events e where e.id between $1 and $2
          and not exists (select from audit_links l where l.event_id = e.id)'
        into ids, contents using new.id, latest;
    end if;
    -- The lock of the chain, until the transaction ends.
    perform from audit_head for update;
    select l.position, l.hash into place, link from audit_links l order by l.position desc limit 1;
    place := coalesce(place, 0);
    link := coalesce(link, decode(repeat('00', 32), 'hex'));
    for n in 1 .. cardinality(ids) loop
      link := sha256(link || contents[n]);
      hashes[n] := link;
    end loop;
    insert into audit_links (position, event_id, hash)
      select place + each.n, each.id, each.hash
      from unnest(ids, hashes) with ordinality each (id, hash, n);
    update audit_head set position = place + cardinality(ids), hash = link;
    return null;
  end $$;
`;

/** As it was made first. */
const linkByLink = `
  create or replace function chain_audit_event() returns trigger language plpgsql as $$
  declare
    last record;
  begin
    if coalesce(current_setting('keyturn.chaining', true), '') <> pg_current_xact_id()::text then
      update audit_head set pending = true;
      perform set_config('keyturn.chaining', pg_current_xact_id()::text, true);
    end if;
    select position, hash into last from audit_links order by position desc limit 1;
    insert into audit_links (position, event_id, hash) values (
      coalesce(last.position, 0) + 1,
      new.id,
      sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || audit_content(new)));
    return null;
  end $$;

  create function settle_audit_head() returns trigger language plpgsql as $$
  begin
    update audit_head set pending = false, position = l.position, hash = l.hash
      from (select position, hash from audit_links order by position desc limit 1) l;
    return null;
  end $$;
`;
