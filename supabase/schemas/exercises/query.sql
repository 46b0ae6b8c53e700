-- Understanding the query that a user types into the search.

create function private.query_words(p_q text)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.array_agg(listed.word order by listed.place) filter (
                where listed.word <> all(
                    array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with']
                )
            ),
            pg_catalog.array_agg(listed.word order by listed.place),
            '{}'
        )
        -- The API accepts at most 100 characters. Anything longer comes from a client of the Data API.
        from pg_catalog.unnest(private.search_words(pg_catalog.left(p_q, 100))) with ordinality as listed (word, place)
    );
end
$$;
comment on function private.query_words(text) is
'The words of a query, in order. Filler words are left out, unless the query has no others.';
grant execute on function private.query_words(text) to authenticated;


create function private.any_word_query(p_words text[])
returns tsquery
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.string_agg(pg_catalog.format('%s:* | %s', word, private.word_stem(word)), ' | ')::tsquery
        from pg_catalog.unnest(p_words) as word
        where word is not null
    );
end
$$;
comment on function private.any_word_query(text[]) is
'A text search query that matches any of the words, as a stem or as the beginning of a word; nulls do not count.';
grant execute on function private.any_word_query(text[]) to authenticated;


create function private.is_known_word(p_words text[])
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return exists (
        select from pg_catalog.unnest(p_words) as given (word)
        -- Looking for one word at a time uses the index.
        cross join lateral (
            select from private.catalogue_words as c
            -- No letter has a higher code.
            where c.word between given.word and given.word || pg_catalog.chr(1114111)
            limit 1
        ) as known
    )
    or exists (
        select from pg_catalog.unnest(p_words) as given (word)
        inner join private.catalogue_words as known on known.word = private.word_stem(given.word)
    )
    or exists (
        select from private.exercises as e
        where
            e.user_id = (select auth.uid())
            and e.archived_at is null
            and e.search_document @@ private.any_word_query(p_words)
    );
end
$$;
comment on function private.is_known_word(text[]) is
'True if an exercise that the caller may find has one of the words, as a stem or as the beginning of a word; nulls do '
'not count.';
grant execute on function private.is_known_word(text[]) to authenticated;


-- Words of less than four letters are too short to guess from. The limit of 0.55 comes from the queries in the tests:
-- below it, the words that users meant are no more likely than others.
create function private.nearest_words(p_word text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_pairs bit(703) := private.letter_pairs(p_word);
begin
    if pg_catalog.char_length(p_word) < 4 then
        return null;
    end if;
    return (
        with
        candidates as materialized (
            select
                near.word,
                private.likeness(v_pairs, coalesce(near.pairs, private.letter_pairs(near.word))) as likeness
            from (
                select
                    known.word,
                    known.pairs
                from private.catalogue_words as known
                union all
                select
                    own.word,
                    null
                from private.exercises as e
                cross join pg_catalog.unnest(pg_catalog.tsvector_to_array(e.search_document)) as own (word)
                where e.user_id = (select auth.uid()) and e.archived_at is null
            ) as near
            where
                pg_catalog.char_length(near.word) between
                pg_catalog.char_length(p_word) - 2 and pg_catalog.char_length(p_word) + 2
                -- People rarely mistype both of the first two letters, and this avoids most comparisons.
                and (
                    pg_catalog.strpos(pg_catalog.left(near.word, 2), pg_catalog.left(p_word, 1)) > 0
                    or pg_catalog.strpos(pg_catalog.left(p_word, 2), pg_catalog.left(near.word, 1)) > 0
                )
        )
        select pg_catalog.array_agg(nearest.word order by nearest.likeness desc, nearest.word)
        from (
            select distinct
                c.word,
                c.likeness
            from candidates as c
            where c.likeness >= 0.55 and c.likeness >= (select max(best.likeness) from candidates as best) - 0.1
        ) as nearest
    );
end
$$;
comment on function private.nearest_words(text) is
'What a mistyped word may mean: the most similar word among the exercises that the caller may find, and any that come '
'close to it; null if there is none.';
grant execute on function private.nearest_words(text) to authenticated;


create function private.parse_query(p_q text, out query tsquery, out pairs bit(703))
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_words text[] := private.query_words(p_q);
    v_forms text[];
    v_clause tsquery;
    v_meant text[];
begin
    for i in 1 .. pg_catalog.cardinality(v_words) loop
        v_forms := array[v_words[i], v_words[i] || v_words[i + 1], v_words[i - 1] || v_words[i]];
        v_clause := private.any_word_query(v_forms);
        if not private.is_known_word(v_forms) then
            -- The singular of a mistyped plural may be nearer to what the user meant.
            v_meant := coalesce(
                private.nearest_words(v_words[i]), private.nearest_words(private.word_stem(v_words[i]))
            );
            if v_meant is null then
                query := null;
                return;
            end if;
            v_words[i] := v_meant[1];
            v_clause := private.any_word_query(v_meant);
        end if;
        query := case when query is null then v_clause else query && v_clause end;
    end loop;
    pairs := private.stemmed_pairs(v_words);
end
$$;
comment on function private.parse_query(text) is
'The query that a user typed, with typing errors fixed: as a text search query, in which each word may also be joined '
'with a neighbour, and as letter pairs to rank by. The query is null if a word resembles no word of any exercise that '
'the caller may find.';
grant execute on function private.parse_query(text) to authenticated;
