import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Chains the audit (P3): every event gets a link that carries a SHA-256 over the link before it and
 * over the event's content, so that nothing can be changed, taken out or put in unnoticed.
 *
 * Links are made at the end of the transaction, by deferred triggers: only then does a transaction
 * wait for its turn, with nothing left to do but to commit. So writers cannot block each other in a
 * circle, and an event that is rolled back leaves no gap. The link has a table of its own because rows
 * of the audit are never updated.
 */
export class AuditChain1795219206000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(functions);
    await runner.query(chainWhatIsThere);
    await runner.query(triggers);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger audit_events_chain on audit_events;
      drop table audit_links, audit_head;
      drop function chain_audit_event, settle_audit_head, guard_audit_head, audit_content;
      drop index audit_events_at_idx, audit_events_action_idx, audit_events_actor_idx;
    `);
  }
}

const tables = `
  -- No foreign key to the event: that it is there is what the check of the chain is about.
  create table audit_links (
    position bigint not null,
    event_id bigint not null,
    hash bytea not null,
    constraint audit_links_pkey primary key (position),
    constraint audit_links_event_key unique (event_id),
    constraint audit_links_hash_check check (octet_length(hash) = 32)
  );

  -- Where the chain ends, so that a cut end is noticed. Its row is also the lock of the chain.
  create table audit_head (
    id boolean not null default true,
    position bigint not null,
    hash bytea not null,
    pending boolean not null default false,
    constraint audit_head_pkey primary key (id),
    constraint audit_head_single_check check (id)
  );
  insert into audit_head (position, hash) values (0, decode(repeat('00', 32), 'hex'));

  create index audit_events_at_idx on audit_events (at);
  create index audit_events_action_idx on audit_events (action, id);
  create index audit_events_actor_idx on audit_events (actor_id, id);
`;

/** Every part with its length in bytes before it, so that no two contents read the same. */
const parts = [
  'id::text',
  '(extract(epoch from e.at) * 1000000)::bigint::text',
  'actor_id::text',
  'actor_name',
  'action',
  'subject_kind',
  'subject_id::text',
  'subject_name',
  'application_id::text',
  'organisation_id::text',
  'outcome',
  'detail::text',
  'address',
].map((part) => (part.startsWith('(') ? part : `e.${part}`));

const content = parts
  .map((part) => `coalesce(octet_length(${part})::text || ':' || ${part}, '-')`)
  .join(` || ',' || `);

const functions = `
  create function audit_content(e audit_events) returns bytea language sql stable as $$
    select convert_to(${content}, 'UTF8')
  $$;

  create function chain_audit_event() returns trigger language plpgsql as $$
  declare
    last record;
  begin
    -- Once in a transaction, for the lock and to have the head written when all links are made.
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

  create function guard_audit_head() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' then
      if new.position >= old.position then
        return new;
      end if;
    end if;
    raise exception 'the head of the audit only moves on'
      using errcode = 'integrity_constraint_violation', constraint = 'audit_head_forward';
  end $$;
`;

const chainWhatIsThere = `
  do $$
  declare
    e audit_events;
    n bigint := 0;
    h bytea := decode(repeat('00', 32), 'hex');
  begin
    for e in select * from audit_events order by id loop
      n := n + 1;
      h := sha256(h || audit_content(e));
      insert into audit_links (position, event_id, hash) values (n, e.id, h);
    end loop;
    update audit_head set position = n, hash = h;
  end $$;
`;

const triggers = `
  create constraint trigger audit_events_chain after insert on audit_events
    deferrable initially deferred for each row execute function chain_audit_event();
  create constraint trigger audit_head_settle after update on audit_head
    deferrable initially deferred for each row when (new.pending)
    execute function settle_audit_head();

  create trigger audit_links_append_only before update or delete on audit_links
    for each row execute function refuse_change();
  create trigger audit_links_no_truncate before truncate on audit_links
    for each statement execute function refuse_change();
  create trigger audit_head_forward before update or delete on audit_head
    for each row execute function guard_audit_head();
  create trigger audit_head_no_truncate before truncate on audit_head
    for each statement execute function guard_audit_head();
`;
