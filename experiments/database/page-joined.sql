-- A page that asks once.
select sum(price) from generate_series(1, 20) as price;
