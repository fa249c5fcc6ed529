// A page of the cards of one board, in the order of their ids.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'Query',
    query: {
      expression: 'board_id = :board AND begins_with(item_id, :card)',
      expressionValues: util.dynamodb.toMapValues({ ':board': ctx.stash.board_id, ':card': 'card#' }),
    },
    limit: ctx.stash.limit,
    nextToken: ctx.stash.next_token ?? null,
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  // DynamoDB gives these alone. The embedded cloud answers every query with the whole table, and no board's reader shall see
  // another's cards whatever the data source answers.
  const cards = ctx.result.items.filter((item) => item.board_id === ctx.stash.board_id && item.item_id.startsWith('card#'));
  return { cards, next_token: ctx.result.nextToken ?? null };
}
