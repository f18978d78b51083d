export { readConfiguration, type AuthConfiguration } from './config.js';
export { startAuth } from './server.js';
export type { Mail, MailPort } from './mail/mail-port.js';
export { rotateSigningKeys, type SigningKeyRotation } from './rotate-signing-keys.js';
