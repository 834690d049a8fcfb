import type { DataSource } from 'typeorm';

/**
 * Everything in the public schema that a migration can make, one line per thing, in a fixed order:
 * two databases with the same lines behave the same. TypeORM's own list of migrations is left out.
 */
export async function describeSchema(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ line: string }[]>(
    `select line from (${EVERYTHING.join(' union all ')}) as things order by line collate "C"`,
  );
  return rows.map(({ line }) => line);
}

const TABLES = `pg_class c join pg_namespace n on n.oid = c.relnamespace
  and n.nspname = 'public' and c.relname not like 'migrations%'`;

const EVERYTHING = [
  `select format('relation %s %s', c.relkind, c.relname) as line from ${TABLES}
    where c.relkind <> 'i'`,
  `select format('column %s.%s %s %s %s %s', c.relname, a.attname,
      format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
      coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity::text || a.attgenerated::text)
    from ${TABLES} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'v', 'm', 'p')`,
  `select format('constraint %s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
    from ${TABLES} join pg_constraint k on k.conrelid = c.oid`,
  `select format('index %s', pg_get_indexdef(i.indexrelid))
    from ${TABLES} join pg_index i on i.indrelid = c.oid`,
  `select format('trigger %s', pg_get_triggerdef(t.oid))
    from ${TABLES} join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal`,
  `select format('view %s %s', c.relname, pg_get_viewdef(c.oid))
    from ${TABLES} where c.relkind in ('v', 'm')`,
  `select format('function %s', pg_get_functiondef(p.oid))
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'public'
    where p.prokind = 'f' and not exists
      (select from pg_depend e where e.objid = p.oid and e.deptype = 'e')`,
  `select format('type %s %s', t.typname, array(select e.enumlabel from pg_enum e
      where e.enumtypid = t.oid order by e.enumsortorder))
    from pg_type t join pg_namespace n on n.oid = t.typnamespace and n.nspname = 'public'
    where t.typtype in ('e', 'd')`,
  `select format('extension %s', extname) from pg_extension`,
];
