package io.ostinato.notebook.cells;

import io.ostinato.evaluation.SentCode;
import io.ostinato.notebook.cells.CellMethod.Reference;
import io.ostinato.notebook.cells.ExecutorCode.Finding;
import java.lang.invoke.SerializedLambda;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds variables of cells in code that is sent to executors. A cell's variable is a static field
 * of the class that JShell wraps around the cell, which the cell assigns where it is run: in the
 * notebook's process. On an executor it would silently be 0, false or null. The same holds for
 * static fields of cells' classes that only cells assign.
 */
public final class CellVariables implements SentCode {
  @Override
  public Optional<String> problemOf(Set<Class<?>> classes, List<SerializedLambda> lambdas) {
    LoadedClasses loaded = new LoadedClasses(classes);
    ExecutorCode code = new ExecutorCode(new EntryMethods(loaded));
    classes.forEach(type -> code.addObjectsOf(type.getName().replace('.', '/')));
    for (SerializedLambda lambda : lambdas) {
      code.add(
          new Reference(
              lambda.getImplClass(), lambda.getImplMethodName(), lambda.getImplMethodSignature()));
      if (lambda.getImplMethodName().equals("<init>")) {
        code.addObjectsOf(lambda.getImplClass());
      }
    }
    return read(code.findings())
        .or(() -> assigned(code.assignments()))
        .or(() -> new StaticValues(loaded).problemOf(code.unassigned()));
  }

  private static Optional<String> read(Set<Finding> findings) {
    return findings.isEmpty() ? Optional.empty() : Optional.of(text(findings));
  }

  private static Optional<String> assigned(Set<Finding> findings) {
    return findings.stream()
        .findFirst()
        .map(
            finding ->
                "%s assigns the cell variable '%s', which executors can't change in the notebook; return values from processData as results instead"
                    .formatted(CellNames.of(finding.method()), finding.variable()));
  }

  private static String text(Set<Finding> findings) {
    String methods = names(findings.stream().map(finding -> CellNames.of(finding.method())));
    Set<String> variables =
        findings.stream().map(Finding::variable).collect(Collectors.toCollection(TreeSet::new));
    boolean one = variables.size() == 1;
    return ("%s reads the %s %s, which %s not sent to executors and would have %s default there;"
            + " pass the value through a constructor and keep it in a field, or make it a local"
            + " variable")
        .formatted(
            methods,
            one ? "cell variable" : "cell variables",
            names(variables.stream().map("'%s'"::formatted)),
            one ? "is" : "are",
            one ? "its" : "their");
  }

  private static String names(Stream<String> names) {
    return names.distinct().collect(Collectors.joining(" and "));
  }
}
