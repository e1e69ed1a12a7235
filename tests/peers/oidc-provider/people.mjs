// Who can sign in. These passwords open nothing but this test's provider.

export const ONE_FACTOR = 'urn:countersign:acr:password';
export const TWO_FACTORS = 'urn:countersign:acr:two-factors';

const PEOPLE = [
  { sub: 'p-novak', username: 'novak', password: 'peer-novak', code: '417290', name: 'E. Novak', role: 'Investigator' },
  { sub: 'p-okafor', username: 'okafor', password: 'peer-okafor', code: '650183', name: 'C. Okafor', role: 'Pharmacist' },
];

// Somebody with these credentials. The code is looked at where it is asked for.
export function check({ username, password, code }, needsCode) {
  const person = PEOPLE.find((one) => one.username === username);
  const knows = person?.password === password && (!needsCode || person.code === code);
  return knows ? person : undefined;
}

// The account as the library wants it.
export function accountOf(sub) {
  const person = PEOPLE.find((one) => one.sub === sub);
  if (!person) return undefined;
  const { name, role, username } = person;
  return { accountId: sub, claims: () => ({ sub, name, role, preferred_username: username }) };
}
