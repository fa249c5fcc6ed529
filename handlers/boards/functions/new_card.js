// Writes a new card. One that is there already is the answer if it is the caller's.
import { runtime, util } from '@aws-appsync/utils';

export function request(ctx) {
  const card = ctx.stash.card;
  if (card && card.author !== ctx.identity.sub) {
    util.error('this id is taken; choose another', 'Conflict', null, { field: 'card_id' });
  }
  if (card) return runtime.earlyReturn(card);
  const now = util.time.nowISO8601();
  const sent = ctx.request.headers['x-correlation-id'] ?? '';
  return {
    operation: 'PutItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: `card#${ctx.stash.card_id}` }),
    attributeValues: util.dynamodb.toMapValues({
      card_id: ctx.stash.card_id,
      title: ctx.stash.title,
      text: ctx.stash.text,
      column: 'TODO',
      author: ctx.identity.sub,
      author_name: ctx.identity.username,
      version: 1,
      created_at: now,
      updated_at: now,
      correlation_id: util.matches('^[A-Za-z0-9._=-]{1,128}$', sent) ? sent : util.autoId(),
    }),
    condition: { expression: 'attribute_not_exists(item_id)' },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    util.error('this id is taken; choose another', 'Conflict', null, { field: 'card_id' });
  }
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  return ctx.result;
}
