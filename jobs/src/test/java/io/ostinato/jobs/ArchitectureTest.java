package io.ostinato.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of the house, over all modules. */
@AnalyzeClasses(packages = "io.ostinato", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] SHARED_ROOMS = {
    "io.ostinato.jobs.config..",
    "io.ostinato.jobs.data..",
    "io.ostinato.jobs.evaluation..",
    "io.ostinato.jobs.metric..",
    "io.ostinato.jobs.model.."
  };

  @ArchTest
  static final ArchRule COMMANDS_DONT_KNOW_EACH_OTHER =
      slices()
          .matching("io.ostinato.jobs.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(),
              JavaClass.Predicates.resideInAnyPackage(SHARED_ROOMS))
          // It is `train` on a file that ships.
          .ignoreDependency(
              JavaClass.Predicates.resideInAPackage("io.ostinato.jobs.quickstart"),
              JavaClass.Predicates.resideInAPackage("io.ostinato.jobs.train"));

  @ArchTest
  static final ArchRule ARROWS_GO_DOWNWARDS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ostinato.jobs..");
}
