-- The levels of affinity, and where a score stands among them.

create table private.affinity_levels (
    level integer primary key constraint affinity_levels_level_check check (level > 0),
    title text not null constraint affinity_levels_title_key unique,
    threshold integer not null
    constraint affinity_levels_threshold_key unique
    constraint affinity_levels_threshold_check check (threshold >= 0)
);
comment on table private.affinity_levels is
'How close a user and the companion are: a user reaches a level with as many affinity points as its threshold.';
grant select on private.affinity_levels to authenticated;
alter table private.affinity_levels enable row level security;
create policy "everyone signed in can select affinity_levels" on private.affinity_levels
for select to authenticated using (true);


-- Functions need these rows in order to work, so they come with the migrations and not with the seed.
insert into private.affinity_levels (level, title, threshold)
values
(1, 'New Acquaintance', 0),
(2, 'Warming Up', 30),
(3, 'Gym Buddy', 100),
(4, 'Training Partner', 250),
(5, 'Trusted Spotter', 500),
(6, 'Close Friend', 1000),
(7, 'Confidant', 2000),
(8, 'Kindred Spirit', 3500),
(9, 'Inseparable', 5500),
(10, 'Iron Bond', 8000);


create function private.affinity_standing(p_score integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.jsonb_build_object(
            'score', p_score,
            'level', reached.level,
            'title', reached.title,
            'next_level_at', (
                select min(l.threshold) from private.affinity_levels as l where l.threshold > p_score
            )
        )
        from private.affinity_levels as reached
        where reached.threshold <= p_score
        order by reached.threshold desc
        limit 1
    );
end
$$;
comment on function private.affinity_standing(integer) is
'The level that a score has reached: {score, level, title, next_level_at}; next_level_at is null at the top level.';
grant execute on function private.affinity_standing(integer) to authenticated;
