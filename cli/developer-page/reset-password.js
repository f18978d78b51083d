/* global document */
import { askGraph, say, takeToken } from '/mail-link.js';

const RESET = `mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename
    ... on Problem { message }
    ... on InvalidInputProblem { fields { message } }
  }
}`;

const form = document.getElementById('reset');
const token = takeToken();
if (token === '') {
  say('The address has no token: open the link of the mail again.', true);
} else {
  form.hidden = false;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const [newPassword, repeated] = [form.elements.newPassword.value, form.elements.repeated.value];
  if (newPassword !== repeated) {
    say('The two passwords differ.', true);
    return;
  }
  form.elements.send.disabled = true;
  try {
    const { resetPassword } = await askGraph(RESET, { token, newPassword });
    const isDone = resetPassword.__typename === 'PasswordReset';
    // A password that is refused leaves the token good.
    form.hidden = resetPassword.fields === undefined;
    say(
      isDone
        ? 'Your password is set, and every session has ended: sign in with it.'
        : (resetPassword.fields?.map(({ message }) => message).join(' ') ?? resetPassword.message),
      !isDone,
    );
  } catch (error) {
    say(error.message, true);
  } finally {
    form.elements.send.disabled = false;
  }
});
