(* The second moment of the sample covariance of Gaussian data, for every dimension d and sample count m:

       E[Shat B Shat] = S B S + (S B' S + tr(B S) S) / m,

   and what follows for one inner step. B' is the transpose of B; for symmetric B it is B.

   What is assumed, all of it as hypotheses of the section, none as an axiom. Gaussian data enter through their second
   and fourth moments alone:
   - E is a linear functional on random variables that depends on their values only;
   - x a i is coordinate i of input a; inputs have mean zero and covariance S (symmetric), and different ones are
     uncorrelated:  E[x_ai x_bj] = S_ij if a = b, else 0;
   - Isserlis' identity for four of these jointly Gaussian variables of mean zero:
     E[u v w z] = E[u v] E[w z] + E[u w] E[v z] + E[u z] E[v w].
   That Gaussian vectors exist, and satisfy Isserlis' identity, is not proved here.

   Matrices are functions of two indices, of which those below d count. Written by hand; self-contained; compile with
   plain `coqc`. *)
Require Import Reals Lra Lia PeanoNat.
Open Scope R_scope.

Fixpoint sum (n : nat) (f : nat -> R) : R := match n with O => 0 | S k => sum k f + f k end.

Lemma sum_same n f g : (forall i, (i < n)%nat -> f i = g i) -> sum n f = sum n g.
Proof. induction n; intro H; cbn [sum]; [reflexivity |]. rewrite IHn, H by (intros; try apply H; lia); reflexivity. Qed.
Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n; cbn [sum]; [| rewrite IHn]; ring. Qed.
Lemma sum_times n r f : sum n (fun i => r * f i) = r * sum n f.
Proof. induction n; cbn [sum]; [| rewrite IHn]; ring. Qed.
Lemma sum_constant n r : sum n (fun _ => r) = INR n * r.
Proof. induction n; [cbn; ring |]. rewrite S_INR; cbn [sum]; rewrite IHn; ring. Qed.
Lemma sum_product n k f g : sum n f * sum k g = sum n (fun i => sum k (fun j => f i * g j)).
Proof.
  induction n; cbn [sum]; [ring |]. rewrite Rmult_plus_distr_r, IHn, sum_times; reflexivity.
Qed.
Lemma sum_one n a r : (a < n)%nat -> sum n (fun b => if Nat.eqb a b then r else 0) = r.
Proof.
  induction n; intro L; [lia |]. cbn [sum].
  destruct (Nat.eqb_spec a n) as [-> | N].
  - rewrite (sum_same _ _ (fun _ => 0)), sum_constant; [ring |].
    intros b B; destruct (Nat.eqb_spec n b); [lia | reflexivity].
  - rewrite IHn by lia; ring.
Qed.

Section Gaussian.
  Variable Omega : Type.
  Variable E : (Omega -> R) -> R.
  Hypothesis E_same : forall f g, (forall o, f o = g o) -> E f = E g.
  Hypothesis E_plus : forall f g, E (fun o => f o + g o) = E f + E g.
  Hypothesis E_times : forall r f, E (fun o => r * f o) = r * E f.
  Hypothesis E_constant : forall r, E (fun _ => r) = r.

  Variables d m : nat.
  Hypothesis m_positive : (0 < m)%nat.
  Variable Sigma : nat -> nat -> R.
  Hypothesis Sigma_symmetric : forall i j, Sigma i j = Sigma j i.
  Variable x : nat -> nat -> Omega -> R.
  Hypothesis covariance : forall a i b j, E (fun o => x a i o * x b j o) = if Nat.eqb a b then Sigma i j else 0.
  Hypothesis isserlis : forall a i b j c k e l,
    E (fun o => x a i o * x b j o * (x c k o * x e l o)) =
      E (fun o => x a i o * x b j o) * E (fun o => x c k o * x e l o)
    + E (fun o => x a i o * x c k o) * E (fun o => x b j o * x e l o)
    + E (fun o => x a i o * x e l o) * E (fun o => x b j o * x c k o).

  Definition matrix := nat -> nat -> R.
  Definition mul (A B : matrix) : matrix := fun i l => sum d (fun j => A i j * B j l).
  Definition mul3 (A B C : matrix) : matrix := fun i l => sum d (fun j => sum d (fun k => A i j * B j k * C k l)).
  Definition transpose (A : matrix) : matrix := fun i j => A j i.
  Definition trace (A : matrix) : R := sum d (fun i => A i i).
  Definition Shat (o : Omega) : matrix := fun i j => / INR m * sum m (fun a => x a i o * x a j o).

  Lemma m_nonzero : INR m <> 0.
  Proof. apply not_0_INR; lia. Qed.

  Lemma E_sum n f : E (fun o => sum n (fun i => f i o)) = sum n (fun i => E (f i)).
  Proof. induction n; cbn [sum]; [apply E_constant |]. rewrite E_plus, IHn; reflexivity. Qed.

  Theorem first_moment i j : E (fun o => Shat o i j) = Sigma i j.
  Proof.
    unfold Shat; rewrite E_times, (E_sum m (fun a o => x a i o * x a j o)).
    rewrite (sum_same _ _ (fun _ => Sigma i j)), sum_constant; [field; exact m_nonzero |].
    intros a _; rewrite covariance, Nat.eqb_refl; reflexivity.
  Qed.

  (* E[Shat_ij Shat_kl] *)
  Lemma second_moment_entries i j k l :
    E (fun o => Shat o i j * Shat o k l) =
      Sigma i j * Sigma k l + / INR m * (Sigma i k * Sigma j l + Sigma i l * Sigma j k).
  Proof.
    rewrite (E_same _ (fun o => / INR m * / INR m *
      sum m (fun a => sum m (fun b => x a i o * x a j o * (x b k o * x b l o)))))
      by (intro o; unfold Shat; rewrite <- sum_product; ring).
    rewrite E_times, (E_sum m (fun a o => sum m (fun b => x a i o * x a j o * (x b k o * x b l o)))).
    rewrite (sum_same m _ (fun a =>
      INR m * (Sigma i j * Sigma k l) + (Sigma i k * Sigma j l + Sigma i l * Sigma j k))).
    - rewrite sum_constant; field; exact m_nonzero.
    - intros a A; rewrite (E_sum m (fun b o => x a i o * x a j o * (x b k o * x b l o))).
      rewrite (sum_same m _ (fun b => Sigma i j * Sigma k l
        + if Nat.eqb a b then Sigma i k * Sigma j l + Sigma i l * Sigma j k else 0)).
      + rewrite sum_plus, sum_constant, sum_one by exact A; reflexivity.
      + intros b B; rewrite isserlis, !covariance, !Nat.eqb_refl; destruct (Nat.eqb a b); ring.
  Qed.

  Lemma E_mul3 (B : matrix) i l :
    E (fun o => mul3 (Shat o) B (Shat o) i l) =
      sum d (fun j => sum d (fun k => B j k * E (fun o => Shat o i j * Shat o k l))).
  Proof.
    unfold mul3; rewrite (E_sum d (fun j o => sum d (fun k => Shat o i j * B j k * Shat o k l))).
    apply sum_same; intros j _.
    rewrite (E_sum d (fun k o => Shat o i j * B j k * Shat o k l)).
    apply sum_same; intros k _.
    rewrite <- E_times; apply E_same; intro o; ring.
  Qed.

  (* A double sum taken apart as the proof needs it. *)
  Lemma double_sum f g h r :
    sum d (fun j => sum d (fun k => f j k + r * (g j k + h j k))) =
      sum d (fun j => sum d (f j)) + r * (sum d (fun j => sum d (g j)) + sum d (fun j => sum d (h j))).
  Proof.
    rewrite <- !sum_plus, <- sum_times, <- sum_plus; apply sum_same; intros j _.
    rewrite <- !sum_plus, <- sum_times, <- sum_plus; reflexivity.
  Qed.
  Lemma sum_swap n k (f : nat -> nat -> R) :
    sum n (fun i => sum k (f i)) = sum k (fun j => sum n (fun i => f i j)).
  Proof.
    induction n; cbn [sum].
    - rewrite sum_constant; ring.
    - rewrite IHn, <- sum_plus; reflexivity.
  Qed.

  (* E[Shat B Shat] = S B S + (S B' S + tr(B S) S) / m, entry by entry. *)
  Theorem second_moment (B : matrix) i l :
    E (fun o => mul3 (Shat o) B (Shat o) i l) =
      mul3 Sigma B Sigma i l
      + / INR m * (mul3 Sigma (transpose B) Sigma i l + trace (mul B Sigma) * Sigma i l).
  Proof.
    rewrite E_mul3.
    rewrite (sum_same d _ (fun j => sum d (fun k => Sigma i j * B j k * Sigma k l + / INR m *
      (Sigma i k * B j k * Sigma j l + Sigma i l * (B j k * Sigma k j))))).
    - rewrite (double_sum (fun j k => Sigma i j * B j k * Sigma k l) (fun j k => Sigma i k * B j k * Sigma j l)).
      unfold mul3, transpose, trace, mul; f_equal; f_equal; f_equal.
      + apply sum_swap.
      + rewrite Rmult_comm, <- sum_times; apply sum_same; intros j _; apply sum_times.
    - intros j _; apply sum_same; intros k _.
      rewrite second_moment_entries, (Sigma_symmetric j k); ring.
  Qed.

  Theorem second_moment_symmetric (B : matrix) i l :
    (forall j k, B j k = B k j) ->
    E (fun o => mul3 (Shat o) B (Shat o) i l) =
      mul3 Sigma B Sigma i l + / INR m * (mul3 Sigma B Sigma i l + trace (mul B Sigma) * Sigma i l).
  Proof.
    intro H; rewrite second_moment; do 3 f_equal.
    unfold mul3, transpose; apply sum_same; intros j _; apply sum_same; intros k _; rewrite (H k j); reflexivity.
  Qed.

  (* One inner step on m samples: (I - alpha Shat) B (I - alpha Shat), multiplied out, has the expectation
     B - alpha (S B + B S) + alpha^2 (S B S + (S B S + tr(B S) S)/m). With B = S it is the curvature Q. *)
  Theorem curvature_of_one_step (alpha : R) (B : matrix) i l :
    (forall j k, B j k = B k j) ->
    E (fun o => B i l - alpha * (mul (Shat o) B i l + mul B (Shat o) i l) + alpha ^ 2 * mul3 (Shat o) B (Shat o) i l) =
      B i l - alpha * (mul Sigma B i l + mul B Sigma i l)
      + alpha ^ 2 * (mul3 Sigma B Sigma i l + / INR m * (mul3 Sigma B Sigma i l + trace (mul B Sigma) * Sigma i l)).
  Proof.
    intro H.
    assert (L : E (fun o => mul (Shat o) B i l) = mul Sigma B i l).
    { unfold mul; rewrite (E_sum d (fun j o => Shat o i j * B j l)); apply sum_same; intros j _.
      rewrite (E_same _ (fun o => B j l * Shat o i j)) by (intro; ring). rewrite E_times, first_moment; ring. }
    assert (R : E (fun o => mul B (Shat o) i l) = mul B Sigma i l).
    { unfold mul; rewrite (E_sum d (fun j o => B i j * Shat o j l)); apply sum_same; intros j _.
      rewrite E_times, first_moment; reflexivity. }
    rewrite <- (second_moment_symmetric B i l H), <- L, <- R.
    rewrite (E_same _ (fun o => B i l + (- alpha * mul (Shat o) B i l + (- alpha * mul B (Shat o) i l
      + alpha ^ 2 * mul3 (Shat o) B (Shat o) i l)))) by (intro; ring).
    rewrite !E_plus, !E_times, E_constant; ring.
  Qed.
End Gaussian.
