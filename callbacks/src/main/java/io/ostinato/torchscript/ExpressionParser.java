package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses expressions. */
record ExpressionParser(Tokens tokens) {

  /** Parses one expression. */
  Expression expression() {
    int depth = tokens.depth();
    tokens.deeper();
    Expression expression = head();
    while (true) {
      if (tokens.takes(".")) {
        expression = new Expression.Attribute(expression, tokens.take());
      } else if (tokens.takes("(")) {
        expression = call(expression);
      } else if (tokens.takes("[")) {
        expression = new Expression.Item(expression, items("]"));
      } else {
        tokens.returnTo(depth);
        return expression;
      }
      tokens.deeper(); // each link of a chain has the previous one inside
    }
  }

  /** Parses expressions up to and including an end token; a trailing comma is allowed. */
  List<Expression> items(String end) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.takes(end)) {
      if (!tokens.takes(",") && !tokens.takes(":")) {
        items.add(expression());
      }
    }
    return items;
  }

  private Expression call(Expression function) {
    List<Expression> arguments = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!tokens.takes(")")) {
      if (tokens.takes(",")) {
        continue;
      }
      if (tokens.isFollowedBy("=")) {
        String name = tokens.take();
        tokens.expect("=");
        named.put(name, expression());
      } else {
        arguments.add(expression());
      }
    }
    return new Expression.Call(function, arguments, named);
  }

  private Expression head() {
    String token = tokens.take();
    switch (token) {
      case "(":
        return parenthesized();
      case "[":
        return new Expression.Sequence(true, items("]"));
      case "{":
        return new Expression.Dict(items("}"));
      case "-", "+":
        expression();
        return new Expression.Name("torch_number"); // of an unknown value
      case "True":
        return new Expression.Literal(true);
      case "False":
        return new Expression.Literal(false);
      case "None":
        return new Expression.Literal(null);
      default:
        return named(token);
    }
  }

  private static Expression named(String token) {
    char first = token.charAt(0);
    boolean isSigned = (first == '-' || first == '.') && token.length() > 1;
    if (first == '"' || first == '\'') {
      return new Expression.Literal(token.substring(1, token.length() - 1));
    }
    if (Character.isDigit(token.charAt(isSigned ? 1 : 0)) || token.startsWith("-.")) {
      return token.endsWith("j")
          ? new Expression.Name("torch_number")
          : new Expression.Literal(Double.valueOf(token));
    }
    if (!Character.isJavaIdentifierStart(first)) {
      throw new CodeSyntaxException("unexpected '%s'".formatted(token));
    }
    return new Expression.Name(token);
  }

  /** Parses an expression in parentheses, or a tuple if a comma follows the first one. */
  private Expression parenthesized() {
    if (tokens.takes(")")) {
      return new Expression.Sequence(false, List.of());
    }
    Expression first = expression();
    if (tokens.takes(")")) {
      return first;
    }
    List<Expression> all = new ArrayList<>(List.of(first));
    all.addAll(items(")"));
    return new Expression.Sequence(false, all);
  }
}
