import { startTestSubgraph, type TestSubgraph } from '../../testing/test-subgraph.js';

/** Records of a clinic, protected in every way that there is; `@authenticated` has another name in it. */
export const recordsSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key" "@shareable" "@policy" "@requiresScopes" { name: "@authenticated", as: "@signedIn" }
  ])
  type Query {
    patient: Patient
    patients: [Patient!]!
    person: Person
    people: [Person]
    things: [Thing]
    vault: Vault
    vaults: [Vault!]
    opening: String
    count: String! @requiresScopes(scopes: [["count"]])
    roster: [Doctor!] @signedIn
  }
  type Mutation {
    open: Patient
    close: Patient @requiresScopes(scopes: [["medical", "write"]])
  }
  interface Person { id: ID! name: String nick: String }
  type Patient implements Person @key(fields: "id") {
    id: ID!
    name: String @signedIn
    nick: String
    doctor: Doctor
    diagnosis: String @requiresScopes(scopes: [["medical", "read"], ["doctor"]])
    birth: String! @signedIn
    state: State
    key: Secret
    vault: Vault
  }
  type Doctor implements Person @key(fields: "id") {
    id: ID!
    name: String
    nick: String
    salary: String! @policy(policies: [["role:ADMIN"], ["payroll", "people"]])
    patients: [Patient!]
  }
  type Vault @signedIn @requiresScopes(scopes: [["vault"]]) { id: ID! code: String! }
  union Thing = Patient | Doctor | Vault
  scalar Secret @policy(policies: [["secrets"]])
  enum State @requiresScopes(scopes: [["state"]]) { GRAVE }
`;

/** What another service makes of the records. */
export const reportsSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key" "@requires" "@external" "@requiresScopes"])
  type Query { latest: Patient }
  type Patient @key(fields: "id") {
    id: ID!
    diagnosis: String @external
    doctor: Doctor @external
    summary: String @requires(fields: "diagnosis") @requiresScopes(scopes: [["medical", "read"], ["doctor"]])
    letter: String @requires(fields: "doctor { nick }")
  }
  type Doctor @key(fields: "id") { id: ID! nick: String @external }
`;

const patient = (id: string) => ({
  __typename: 'Patient',
  id,
  name: 'Patient.name',
  nick: 'Patient.nick',
  doctor: { id: 'd' },
  diagnosis: 'Patient.diagnosis',
  birth: 'Patient.birth',
  state: 'GRAVE',
  key: 'Patient.key',
  vault: { id: 'v' },
});
const doctor = {
  __typename: 'Doctor',
  id: 'd',
  name: 'Doctor.name',
  nick: 'Doctor.nick',
  salary: 'Doctor.salary',
};
const vault = { __typename: 'Vault', id: 'v', code: 'Vault.code' };

/** Starts both. The value of every field but ids and enums is its own coordinate. */
export async function startClinic(): Promise<{
  readonly records: TestSubgraph;
  readonly reports: TestSubgraph;
}> {
  const people = [patient('p'), doctor, null];
  const records = await startTestSubgraph('records', recordsSdl, {
    Query: {
      patient: () => patient('p'),
      patients: () => [patient('p'), patient('q')],
      person: () => patient('p'),
      people: () => people,
      things: () => [...people, vault],
      vault: () => vault,
      vaults: () => [vault],
      opening: () => 'Query.opening',
      count: () => 'Query.count',
      roster: () => [doctor],
    },
    Mutation: { open: () => patient('opened'), close: () => patient('closed') },
    Patient: {
      __resolveReference: ({ id }: { id: string }) => patient(id),
      doctor: () => doctor,
      vault: () => vault,
    },
    Doctor: { __resolveReference: () => doctor, patients: () => [patient('p')] },
  });
  const reports = await startTestSubgraph('reports', reportsSdl, {
    Query: { latest: () => ({ id: 'p' }) },
    Patient: {
      __resolveReference: (sent: object) => sent,
      summary: ({ diagnosis }: { diagnosis?: string }) => `Patient.summary ${diagnosis}`,
      letter: ({ doctor: sent }: { doctor?: { nick?: string } }) => `Patient.letter ${sent?.nick}`,
    },
  });
  return { records, reports };
}
