// Each part of the page lives by itself: a record that one cannot show costs the others nothing.

export function part(show) {
  try {
    show();
  } catch (error) {
    console.error(error);
  }
}

// What can be made of the records; those that cannot be shown are left out.
export function each(records, make) {
  const made = [];
  for (const record of records ?? []) part(() => made.push(make(record)));
  return made;
}
