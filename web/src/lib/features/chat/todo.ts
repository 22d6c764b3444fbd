/** So many items a to-do list can have. */
export const mostTodos = 30;
/** So many letters an item can have. */
export const longestTodo = 64;
