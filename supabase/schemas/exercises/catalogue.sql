-- What searches need to know about the catalogue as a whole. It changes with the catalogue, so triggers keep it.

create table private.catalogue_facets (
    facet_value text primary key,
    exercises integer not null constraint catalogue_facets_exercises_check check (exercises > 0)
);
comment on table private.catalogue_facets is
'How many exercises of the catalogue have each of the values in exercises.facet_values.';
grant select on private.catalogue_facets to authenticated;
alter table private.catalogue_facets enable row level security;
create policy "everyone signed in can select catalogue_facets" on private.catalogue_facets
for select to authenticated using (true);


create table private.catalogue_words (
    -- Compared letter by letter, so that the index finds the beginning of a word.
    word text collate "C" primary key,
    pairs bit(703) not null
);
comment on table private.catalogue_words is
'The words of the names in the catalogue, as in exercises.search_document, with their letter pairs.';
grant select on private.catalogue_words to authenticated;
alter table private.catalogue_words enable row level security;
create policy "everyone signed in can select catalogue_words" on private.catalogue_words
for select to authenticated using (true);


-- Security definer, because only triggers write these tables. It acts only on the row that fired it.
create function private.keep_catalogue()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op <> 'INSERT' then
        delete from private.catalogue_facets as kept
        where kept.facet_value = any(old.facet_values) and kept.exercises = 1;
        update private.catalogue_facets as kept
        set exercises = kept.exercises - 1
        where kept.facet_value = any(old.facet_values);
        delete from private.catalogue_words as kept
        where
            kept.word = any(pg_catalog.tsvector_to_array(old.search_document))
            and not exists (
                select from private.exercises as e
                where
                    e.user_id is null
                    and e.search_document @@ pg_catalog.quote_literal(kept.word)::tsquery
            );
    end if;
    if tg_op <> 'DELETE' then
        insert into private.catalogue_facets as kept (facet_value, exercises)
        select
            has.facet_value,
            1
        from pg_catalog.unnest(new.facet_values) as has (facet_value)
        on conflict (facet_value) do update
        set exercises = kept.exercises + 1;
        insert into private.catalogue_words (word, pairs)
        select
            new_word.word,
            private.letter_pairs(new_word.word)
        from pg_catalog.unnest(pg_catalog.tsvector_to_array(new.search_document)) as new_word (word)
        where not exists (select from private.catalogue_words as known where known.word = new_word.word);
    end if;
    return null;
end
$$;
comment on function private.keep_catalogue() is
'Keeps private.catalogue_facets and private.catalogue_words equal to the exercises of the catalogue.';

create trigger keep_catalogue_on_insert
after insert on private.exercises
for each row when (new.user_id is null)
execute function private.keep_catalogue();
create trigger keep_catalogue_on_update
after update on private.exercises
for each row
when (
    old.user_id is null
    and (old.facet_values, old.search_document) is distinct from (new.facet_values, new.search_document)
)
execute function private.keep_catalogue();
create trigger keep_catalogue_on_delete
after delete on private.exercises
for each row when (old.user_id is null)
execute function private.keep_catalogue();
