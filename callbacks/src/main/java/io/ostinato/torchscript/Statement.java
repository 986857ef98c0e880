package io.ostinato.torchscript;

import java.util.List;

/** A statement of serialized TorchScript code. */
sealed interface Statement {

  /** Assigns to variables or attributes; to nothing where an expression stands alone. */
  record Assign(List<Expression> targets, Expression value) implements Statement {
    public Assign {
      targets = List.copyOf(targets);
    }
  }

  /** Two branches. */
  record If(Expression condition, List<Statement> then, List<Statement> otherwise)
      implements Statement {
    public If {
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
    }
  }

  /** A {@code for}, a {@code while}, which has no variables, or a {@code with}. */
  record Loop(List<Expression> variables, Expression over, List<Statement> body)
      implements Statement {
    public Loop {
      variables = List.copyOf(variables);
      body = List.copyOf(body);
    }
  }

  /** Leaves the function. */
  record Return(Expression value) implements Statement {}
}
