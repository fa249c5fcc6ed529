// One board, for those who may read it.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  ctx.stash.board_id = ctx.args.board_id;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
