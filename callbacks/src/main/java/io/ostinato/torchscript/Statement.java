package io.ostinato.torchscript;

import java.util.List;

/** A statement of serialized TorchScript code. */
sealed interface Statement {

  /**
   * Assigns to variables or attributes; to nothing where an expression stands alone.
   *
   * @param type what is said of the type of a variable; empty if nothing is
   */
  record Assign(List<Expression> targets, String type, Expression value) implements Statement {
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

  /** A {@code for}, or a {@code while}, which has no variables. */
  record Loop(List<Expression> variables, Expression over, List<Statement> body)
      implements Statement {
    public Loop {
      variables = List.copyOf(variables);
      body = List.copyOf(body);
    }
  }

  /**
   * A {@code with}.
   *
   * @param variable what it is called within; empty if it isn't
   */
  record With(Expression object, String variable, List<Statement> body) implements Statement {
    public With {
      body = List.copyOf(body);
    }
  }

  /** A function within a function, to run beside it. */
  record Define(ModuleCode.Function function) implements Statement {}

  /**
   * Something that can't be read, and what is indented below it.
   *
   * @param attribute what it assigns to; empty if it is none
   */
  record Unreadable(String why, String attribute, List<Statement> body) implements Statement {
    public Unreadable {
      body = List.copyOf(body);
    }
  }

  /** Leaves the function. */
  record Return(Expression value) implements Statement {}
}
