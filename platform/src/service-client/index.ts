export {
  createServiceClient,
  type ServiceClient,
  type ServiceClientOptions,
  type ServiceQuestion,
} from './service-client.js';
