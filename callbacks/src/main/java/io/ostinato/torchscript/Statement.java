package io.ostinato.torchscript;

import java.util.List;

/** A statement of serialized TorchScript code. */
sealed interface Statement {

  /**
   * Assigns to variables or attributes; without targets for an expression on its own.
   *
   * @param type the declared type of a variable; empty if there is none
   */
  record Assign(List<Expression> targets, String type, Expression value) implements Statement {
    public Assign {
      targets = List.copyOf(targets);
    }
  }

  /** A condition with two branches. */
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
   * @param variable the name after {@code as}; empty if there is none
   */
  record With(Expression object, String variable, List<Statement> body) implements Statement {
    public With {
      body = List.copyOf(body);
    }
  }

  /** A function defined within a function, to be forked. */
  record Define(ModuleCode.Function function) implements Statement {}

  /**
   * A statement that can't be parsed, with the statements indented below it.
   *
   * @param attribute the attribute it assigns to; empty if there is none
   */
  record Unreadable(String why, String attribute, List<Statement> body) implements Statement {
    public Unreadable {
      body = List.copyOf(body);
    }
  }

  /** Leaves the function. */
  record Return(Expression value) implements Statement {}
}
