/** Users on a page. */
export const PAGE = 20;
/** Payments that are shown of each. */
export const PAYMENTS = 3;

/** What is asked of the router and of the service that joins alike: a list over what three services own. */
export const LIST = `query List($after: String) {
  users(first: ${PAGE}, after: $after) {
    edges { node {
      id name email role createdAt
      profile { handle displayName }
      payments(first: ${PAYMENTS}) { edges { node { id amount { amount currency } status createdAt } } }
    } }
    pageInfo { endCursor }
  }
}`;

/** The same as types of one service. */
export const JOINED_SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar DateTime
  scalar Decimal
  type Query { users(first: Int!, after: String): UserConnection! }
  type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo! }
  type UserEdge { node: User! }
  type PageInfo { endCursor: String }
  type User {
    id: ID! name: String email: String role: String createdAt: DateTime
    profile: Profile
    payments(first: Int!): PaymentConnection!
  }
  type Profile { handle: String displayName: String }
  type PaymentConnection { edges: [PaymentEdge!]! }
  type PaymentEdge { node: Payment! }
  type Payment { id: ID! amount: Money! status: String! createdAt: DateTime! }
  type Money { amount: Decimal! currency: String! }`;
