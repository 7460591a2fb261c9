/** The directions between folders. What each folder is for: docs/architecture.md. */
const dependencies = ['ftps', 's3', 'ledger', 'partners', 'queues', 'events'];

/**
 * A vendor package has one home under lambdas/. The CLI and infra have their own needs of the AWS clients.
 */
const homes = [
  ['basic-ftp', 'ftps'],
  ['iconv-lite', 'ftps'],
  ['@aws-sdk/client-s3', 's3'],
  ['@aws-sdk/client-dynamodb', 'ledger'],
  ['@aws-sdk/lib-dynamodb', 'ledger'],
  ['@aws-sdk/util-dynamodb', 'ledger'],
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
    rule(
      'no-orphans',
      { orphan: true, path: '^(lambdas|infra|cli|local|testing)/', pathNot: '\\.handler\\.ts$' },
      {},
    ),
    rule(
      'core-is-pure',
      { path: '^lambdas/core/' },
      { pathNot: '^lambdas/core/|node_modules/picomatch/|^crypto$' },
    ),
    rule(
      'contract-knows-core-alone',
      { path: '^lambdas/contract/' },
      { pathNot: '^lambdas/(contract|core)/|node_modules/(zod|croner|yaml)/' },
    ),
    ...dependencies.map((system) =>
      rule(
        `${system}-knows-no-flow-and-no-other-system`,
        { path: `^lambdas/${system}/` },
        { path: '^(lambdas|infra|cli|local|test|testing)/', pathNot: `^lambdas/(${system}|contract|core)/` },
      ),
    ),
    rule(
      'runtime-knows-contract-alone',
      { path: '^lambdas/runtime/' },
      { path: '^(lambdas|infra|cli|local|test|testing)/', pathNot: '^lambdas/(runtime|contract|core)/' },
    ),
    rule(
      'report-draws-what-it-is-given',
      { path: '^lambdas/report/' },
      { pathNot: '^lambdas/(report|contract|core)/|^crypto$' },
    ),
    rule(
      // The one place where systems meet: a session is opened with what the secret, the table and the server
      // say.
      'connections-know-what-a-session-is-opened-with',
      { path: '^lambdas/connections/' },
      {
        path: '^(lambdas|infra|cli|local|test|testing)/',
        pathNot: '^lambdas/(connections|ftps|ledger|partners|events|contract|core)/',
      },
    ),
    rule('pull-does-not-know-push', { path: '^lambdas/pull/' }, { path: '^lambdas/push/' }),
    rule('push-does-not-know-pull', { path: '^lambdas/push/' }, { path: '^lambdas/pull/' }),
    // A step imports what all steps share. The steps that transfer files build upon transfer-file, and
    // transfer-slice leaves its errors where big-files reads them.
    ...layers('lambdas/pull', [
      '.',
      ['start-run', 'list-remote', 'plan-run', 'transfer-file', 'finish-run', 'end-execution'],
      ['transfer-batch', 'big-files', 'dispose-files'],
      'transfer-slice',
    ]),
    ...layers('lambdas/ftps', ['.', 'control', 'session', 'data', 'listing', 'transfer', 'probe']),
    ...layers('lambdas/ftps/listing', ['formats', 'agreement', '.']),
    ...layers('lambdas/push', ['.', ['route-object', 'push-file', 'reconcile']]),
    ...layers('lambdas/ledger', ['.', ['alerts', 'connection', 'runs'], 'entries']),
    ...layers('lambdas/s3', ['.', 'upload', 'documents']),
    ...layers('infra', ['partner-files', 'constructs', '.']),
    // Alarms and dashboard show the queues and workflows of both flows; the constructs above wire everything.
    ...layers('infra/constructs', [['blocks', 'storage'], ['pull', 'push'], 'operations', '.']),
    rule('no-one-imports-a-handler', {}, { path: '\\.handler\\.ts$' }),
    rule(
      'infra-sees-contract-alone',
      { path: '^infra/' },
      { path: '^(lambdas|cli|local|test|testing)/', pathNot: '^lambdas/contract/' },
    ),
    rule(
      // Both deploy and check partner files, so both read them.
      'cli-knows-the-partner-files-of-infra-alone',
      { path: '^cli/' },
      { path: '^infra/', pathNot: '^infra/partner-files/' },
    ),
    rule('lambdas-know-no-infra-cli-or-local', { path: '^lambdas/' }, { path: '^(infra|cli|local)/' }),
    rule(
      // The emulator verifies the product, so it must not be made of the product: the contract is all they
      // share.
      'local-knows-contract-alone',
      { path: '^local/' },
      { path: '^(lambdas|infra|cli|test|testing)/', pathNot: '^lambdas/contract/' },
    ),
    // cloudformation reads the template into the definitions of the services, so it is above them. The files
    // of local/ itself compose everything.
    ...layers('local', [
      'account',
      ['endpoint', 'sqlite'],
      ['dynamodb', 'lambda', 'parameters-and-secrets', 's3', 'scheduler', 'sqs'],
      ['event-source-mappings', 'eventbridge', 'step-functions'],
      'cloudwatch',
      'cloudformation',
      'cdk-synth',
      '.',
    ]),
    ...layers('local/cloudformation', ['resources', '.']),
    ...layers('local/s3', ['crc', 'protocol', 'store', 'operations', '.']),
    ...layers('local/sqs', ['store', '.', 'operations']),
    ...layers('local/step-functions', ['data', 'definition', 'execution', 'states', '.']),
    rule('product-never-imports-test', { path: '^(lambdas|infra|cli|local|testing)/' }, { path: '^test/' }),
    rule(
      // A partner that verifies the product must not be made of the product.
      'testing-knows-no-product',
      { path: '^testing/' },
      { path: '^(lambdas|infra|cli|local)/' },
    ),
    rule(
      // The demo's partner is the server of the test kit behaving well, so that there is one such server and
      // not two.
      'only-the-demo-uses-the-test-kit',
      { path: '^(lambdas|infra|cli|local)/', pathNot: '^cli/demo/' },
      { path: '^testing/' },
    ),
    rule(
      'aws-cdk-lib-lives-in-infra',
      { path: '^(lambdas|cli|local)/' },
      { path: 'node_modules/aws-cdk-lib/' },
    ),
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

/**
 * The order of the subfolders of `root`, lowest first: each imports only those before it. '.' stands for the
 * files directly in `root`. Folders in an inner array are on one level and do not import each other. A folder
 * that is missing in the list must not import its neighbours.
 */
function layers(root, order) {
  const levels = order.map((level) => [level].flat());
  const pathOf = (folder) => (folder === '.' ? `^${root}/[^/]+$` : `^${root}/${folder}/`);
  const name = root.replaceAll('/', '-');
  const upward = levels.flatMap((level, index) =>
    level.flatMap((folder) => {
      const higher = levels.slice(index + 1).flat();
      const forbidden = [...level.filter((other) => other !== folder), ...higher].map(pathOf);
      if (forbidden.length === 0) return [];
      const from = folder === '.' ? 'files' : folder;
      return [rule(`${name}-${from}-imports-no-higher-layer`, { path: pathOf(folder) }, { path: forbidden })];
    }),
  );
  const known = levels.flat().map(pathOf);
  return [
    ...upward,
    rule(
      `${name}-has-no-folder-without-a-layer`,
      { path: `^${root}/`, pathNot: known },
      { path: `^${root}/` },
    ),
  ];
}
