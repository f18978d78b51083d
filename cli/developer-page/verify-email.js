import { askGraph, say, takeToken } from '/mail-link.js';

const VERIFY = `mutation VerifyEmail($input: VerifyEmailInput!) {
  verifyEmail(input: $input) { __typename ... on Problem { message } }
}`;

const token = takeToken();
if (token === '') {
  say('The address has no token: open the link of the mail again.', true);
} else {
  try {
    const { verifyEmail } = await askGraph(VERIFY, { token });
    if (verifyEmail.__typename === 'EmailVerified') {
      say('Your e-mail address is verified.');
    } else {
      say(verifyEmail.message, true);
    }
  } catch (error) {
    say(error.message, true);
  }
}
