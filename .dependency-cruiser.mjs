/** The directions between folders. What each folder is for: docs/architecture.md. */
const systems = ['ftps', 's3', 'ledger', 'partners', 'queues', 'events'];

/** A vendor package has one home under lambdas/. The CLI and infra have their own needs of the AWS clients. */
const homes = [
  ['basic-ftp', 'ftps'],
  ['iconv-lite', 'ftps'],
  ['@aws-sdk/client-s3', 's3'],
  ['@aws-sdk/client-dynamodb', 'ledger'],
  ['@aws-sdk/lib-dynamodb', 'ledger'],
  ['@aws-sdk/client-secrets-manager', 'partners'],
  ['@aws-sdk/client-ssm', 'partners'],
  ['@aws-sdk/client-sqs', 'queues'],
  ['@aws-sdk/client-eventbridge', 'events'],
  ['@middy/core', 'runtime'],
  ['@aws-lambda-powertools', 'runtime'],
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),
    rule('no-orphans', { orphan: true, path: '^(lambdas|infra|cli)/', pathNot: '\\.handler\\.ts$' }, {}),
    rule(
      'sync-is-pure',
      { path: '^lambdas/sync/' },
      { pathNot: '^lambdas/sync/|node_modules/picomatch/|^crypto$' },
    ),
    rule(
      'contract-knows-sync-alone',
      { path: '^lambdas/contract/' },
      { pathNot: '^lambdas/(contract|sync)/|node_modules/(zod|croner|yaml)/|^(fs/promises|path)$' },
    ),
    ...systems.map((system) =>
      rule(
        `${system}-knows-no-flow-and-no-other-system`,
        { path: `^lambdas/${system}/` },
        { path: '^(lambdas|infra|cli|test)/', pathNot: `^lambdas/(${system}|contract|sync)/` },
      ),
    ),
    rule(
      'runtime-knows-contract-alone',
      { path: '^lambdas/runtime/' },
      { path: '^(lambdas|infra|cli|test)/', pathNot: '^lambdas/(runtime|contract|sync)/' },
    ),
    rule(
      'report-draws-what-it-is-given',
      { path: '^lambdas/report/' },
      { pathNot: '^lambdas/(report|contract|sync)/|^crypto$' },
    ),
    rule(
      // The one place where systems meet: a session is opened with what the secret, the table and the server say.
      'connections-know-what-a-session-is-opened-with',
      { path: '^lambdas/connections/' },
      {
        path: '^(lambdas|infra|cli|test)/',
        pathNot: '^lambdas/(connections|ftps|ledger|partners|events|contract|sync)/',
      },
    ),
    rule('pull-does-not-know-push', { path: '^lambdas/pull/' }, { path: '^lambdas/push/' }),
    rule('push-does-not-know-pull', { path: '^lambdas/push/' }, { path: '^lambdas/pull/' }),
    rule('nobody-imports-a-handler', {}, { path: '\\.handler\\.ts$' }),
    rule(
      'infra-sees-contract-alone',
      { path: '^infra/' },
      { path: '^(lambdas|cli|test)/', pathNot: '^lambdas/contract/' },
    ),
    rule('lambdas-know-no-infra-and-no-cli', { path: '^lambdas/' }, { path: '^(infra|cli)/' }),
    rule(
      'product-never-imports-test',
      // The demo's partner is the test server behaving well, so that there is one such server and not two.
      { path: '^(lambdas|infra|cli)/', pathNot: '^cli/demo/' },
      { path: '^test/' },
    ),
    rule('aws-cdk-lib-lives-in-infra', { path: '^(lambdas|cli)/' }, { path: 'node_modules/aws-cdk-lib/' }),
    ...homes.map(([vendor, home]) =>
      rule(
        `${vendor.replaceAll(/[@/]/g, '')}-lives-in-${home}`,
        { path: '^lambdas/', pathNot: `^lambdas/${home}/` },
        { path: `node_modules/${vendor}` },
      ),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};

function rule(name, from, to) {
  return { name, severity: 'error', from, to };
}
