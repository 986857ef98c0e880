package io.ostinato.torchscript;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of serialized TorchScript code. */
sealed interface Expression {
  /** A variable, a function, or the head of a qualified name. */
  record Name(String text) implements Expression {}

  /** A literal: a Boolean, a Double, a String, or null for None. */
  record Literal(@Nullable Object value) implements Expression {}

  /** An attribute of an expression: {@code of.name}. */
  record Attribute(Expression of, String name) implements Expression {}

  /** An item of an expression: {@code of[index]}. */
  record Item(Expression of, List<Expression> index) implements Expression {}

  /** A call of a function or a method. */
  record Call(Expression function, List<Expression> arguments, Map<String, Expression> named)
      implements Expression {
    public Call {
      arguments = List.copyOf(arguments);
      named = Map.copyOf(named);
    }
  }

  /** A list or a tuple. */
  record Sequence(boolean isList, List<Expression> items) implements Expression {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** A dict; keys and values alternate. */
  record Dict(List<Expression> items) implements Expression {
    public Dict {
      items = List.copyOf(items);
    }
  }
}
